using System.Text.Json;
using StocksDapr.Collector.Providers.Vendors;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Providers.Fmp;

/// <summary>
/// Reads rows of splits (<c>numerator</c> new shares for <c>denominator</c> old ones) or dividends (<c>dividend</c> as paid; <c>adjDividend</c> is divided by
/// later splits and only tells a dividend that was rounded to 0 from none). The vendor sends the whole history whatever the range: only what is asked for has to be right.
/// </summary>
internal sealed class FmpActionRows(string symbol, CorporateActionKind kind, DateOnly from, DateOnly to)
{
    private readonly List<CorporateAction> _actions = [];

    public static IReadOnlyDictionary<string, SymbolAnswer<IReadOnlyList<CorporateAction>>> Read(
        ReadOnlyMemory<byte> body, string symbol, CorporateActionKind kind, DateOnly from, DateOnly to)
    {
        var rows = new FmpActionRows(symbol, kind, from, to);
        var found = FmpEnvelope.Read(body, symbol, rows.Read);

        // Most symbols never had a split: nothing is what the vendor says of them as of those that it does not know.
        return new Dictionary<string, SymbolAnswer<IReadOnlyList<CorporateAction>>>(StringComparer.Ordinal)
        {
            [symbol] = SymbolAnswer<IReadOnlyList<CorporateAction>>.Of(found ? rows._actions : []),
        };
    }

    private void Read(ref Utf8JsonReader reader)
    {
        while (reader.Next() == JsonTokenType.StartObject)
            ReadRow(ref reader);
        if (reader.TokenType != JsonTokenType.EndArray)
            throw new JsonException("An action is not an object.");
    }

    private void ReadRow(ref Utf8JsonReader reader)
    {
        DateOnly? date = null;
        var isAnnounced = false;
        double? numerator = null, denominator = null, dividend = null, adjusted = null;
        while (reader.Next() == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("date"u8))
                date = NextDate(ref reader, out isAnnounced);
            else if (reader.ValueTextEquals("numerator"u8))
                numerator = reader.NextNumber();
            else if (reader.ValueTextEquals("denominator"u8))
                denominator = reader.NextNumber();
            else if (reader.ValueTextEquals("dividend"u8))
                dividend = reader.NextNumber();
            else if (reader.ValueTextEquals("adjDividend"u8))
                adjusted = reader.NextNumber();
            else if (!reader.ValueTextEquals("symbol"u8))
                reader.SkipValue();
            else if (!FmpSymbols.Is(reader.NextText(), symbol))
                throw new JsonException($"The answer is about another symbol than {symbol}.");
        }

        if (isAnnounced)
            return;
        if (date is not { } exDate)
            throw new JsonException("A split or dividend has no date.");
        if (exDate < from || exDate > to || (kind == CorporateActionKind.Dividend && dividend == 0 && adjusted is null or 0))
            return;

        var value = kind == CorporateActionKind.Dividend ? dividend : numerator / denominator;
        _actions.Add(
            value is > 0 and < double.PositiveInfinity
                ? new CorporateAction(kind, exDate, value.Value)
                : throw new JsonException($"The {kind} of {exDate:yyyy-MM-dd} has no amount."));
    }

    /// <summary>The date; what has none yet, or an empty one, is announced and has not gone ex.</summary>
    private static DateOnly? NextDate(ref Utf8JsonReader reader, out bool isAnnounced)
    {
        var ahead = reader;
        isAnnounced = ahead.Next() == JsonTokenType.Null || (ahead.TokenType == JsonTokenType.String && ahead.ValueSpan.IsEmpty);
        return reader.NextDate();
    }
}
