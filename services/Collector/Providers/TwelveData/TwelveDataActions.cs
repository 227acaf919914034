using System.Text.Json;
using StocksDapr.Collector.Providers.Vendors;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Providers.TwelveData;

/// <summary>
/// Reads <c>/splits</c> and <c>/dividends</c>. A "4-for-1 split" has <c>from_factor</c> 4 and <c>to_factor</c> 1, and for <c>ratio</c> the reciprocal, 0.25, in
/// few digits: so the factors count, and the ratio where they are missing.
/// </summary>
internal static class TwelveDataActions
{
    public static IReadOnlyDictionary<string, SymbolAnswer<IReadOnlyList<CorporateAction>>> Read(
        ReadOnlyMemory<byte> body, TwelveDataBatch batch, CorporateActionKind kind) =>
        TwelveDataAnswer.Read(body, batch, (ref Utf8JsonReader reader, string symbol) => ReadSymbol(ref reader, symbol, kind), Failed);

    private static SymbolAnswer<IReadOnlyList<CorporateAction>> Failed(TwelveDataError error) =>
        error.IsNothingThere ? SymbolAnswer<IReadOnlyList<CorporateAction>>.Of([]) : error.ToAnswer<IReadOnlyList<CorporateAction>>();

    private static SymbolAnswer<IReadOnlyList<CorporateAction>> ReadSymbol(ref Utf8JsonReader reader, string symbol, CorporateActionKind kind)
    {
        var parts = new TwelveDataError.Parts();
        TwelveDataMeta? meta = null;
        List<CorporateAction>? actions = null;
        while (reader.Next() == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("meta"u8))
                meta = TwelveDataMeta.Read(ref reader);
            else if (reader.ValueTextEquals(kind == CorporateActionKind.Split ? "splits"u8 : "dividends"u8))
                actions = ReadActions(ref reader, kind);
            else if (!parts.TryTake(ref reader))
                reader.SkipValue();
        }

        if (parts.Error is { } error)
            return Failed(error);
        if (meta?.WrongFor(symbol) is { } wrong)
            return new SymbolAnswer<IReadOnlyList<CorporateAction>>(null, wrong);
        return actions is null
            ? SymbolAnswer<IReadOnlyList<CorporateAction>>.Failed(ProviderErrorKind.Malformed, "The answer has neither actions nor an error.")
            : SymbolAnswer<IReadOnlyList<CorporateAction>>.Of(actions);
    }

    private static List<CorporateAction> ReadActions(ref Utf8JsonReader reader, CorporateActionKind kind)
    {
        reader.Expect(JsonTokenType.StartArray, "The actions are not an array.");
        var actions = new List<CorporateAction>();
        while (reader.Next() == JsonTokenType.StartObject)
        {
            if (ReadAction(ref reader, kind) is { } action)
                actions.Add(action);
        }

        return reader.TokenType == JsonTokenType.EndArray ? actions : throw new JsonException("An action is not an object.");
    }

    /// <returns>Null for a dividend of nothing.</returns>
    private static CorporateAction? ReadAction(ref Utf8JsonReader reader, CorporateActionKind kind)
    {
        DateOnly? date = null;
        double? from = null, to = null, ratio = null, amount = null;
        while (reader.Next() == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("date"u8) || reader.ValueTextEquals("ex_date"u8))
                date = reader.NextDate();
            else if (reader.ValueTextEquals("from_factor"u8))
                from = reader.NextNumber();
            else if (reader.ValueTextEquals("to_factor"u8))
                to = reader.NextNumber();
            else if (reader.ValueTextEquals("ratio"u8))
                ratio = reader.NextNumber();
            else if (reader.ValueTextEquals("amount"u8))
                amount = reader.NextNumber();
            else
                reader.SkipValue();
        }

        if (kind == CorporateActionKind.Dividend && amount == 0)
            return null;

        var value = kind == CorporateActionKind.Dividend ? amount : from > 0 && to > 0 ? from / to : 1 / ratio;
        return date is { } exDate && value is > 0 and < double.PositiveInfinity
            ? new CorporateAction(kind, exDate, value.Value)
            : throw new JsonException("A split or dividend has no date or no amount.");
    }
}
