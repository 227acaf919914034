using System.Text.Json.Serialization;

namespace StocksDapr.Contracts.Messages;

/// <summary>Splits and dividends of one symbol. Identity of an action: symbol, kind, ex-date.</summary>
public sealed record CorporateActions(string Symbol, Provenance Provenance, IReadOnlyList<CorporateAction> Actions);

/// <param name="Kind">Split or dividend.</param>
/// <param name="ExDate">The first session that trades without it.</param>
/// <param name="Value">Split: new shares per old share. Dividend: amount per share in the instrument's currency, unadjusted.</param>
public sealed record CorporateAction(CorporateActionKind Kind, DateOnly ExDate, double Value);

[JsonConverter(typeof(JsonStringEnumConverter<CorporateActionKind>))]
public enum CorporateActionKind
{
    [JsonStringEnumMemberName("split")] Split,
    [JsonStringEnumMemberName("dividend")] Dividend,
}
