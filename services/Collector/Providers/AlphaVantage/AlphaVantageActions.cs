using System.Text.Json;
using StocksDapr.Collector.Csv;
using StocksDapr.Collector.Providers.Vendors;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Providers.AlphaVantage;

/// <summary>A row of <c>SPLITS</c> (<c>effective_date</c>, <c>split_factor</c>) or <c>DIVIDENDS</c> (<c>ex_dividend_date</c>, <c>amount</c>, other dates).</summary>
internal struct ActionRow
{
    private DateOnly? _exDate;
    private RawValue _value;
    private CorporateActionKind _kind;
    private bool _isAction;

    public static void Take(ref ActionRow row, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (name.SequenceEqual("effective_date"u8) || name.SequenceEqual("ex_dividend_date"u8))
        {
            row._kind = name.StartsWith("ex"u8) ? CorporateActionKind.Dividend : CorporateActionKind.Split;
            row._exDate = Date(value);
            row._isAction = true;
        }
        else if (name.SequenceEqual("split_factor"u8) || name.SequenceEqual("amount"u8))
        {
            row._value = NumberText.Read(value, commaDelimited: true);
        }
    }

    /// <summary>All splits or all dividends of the symbol. A dividend of 0, which the provider lists now and then, is none; one without a date has not gone ex.</summary>
    /// <exception cref="JsonException">The body is not what the provider documents, or of another symbol.</exception>
    public static IReadOnlyList<CorporateAction> Read(ReadOnlyMemory<byte> body, string symbol, CorporateActionKind kind)
    {
        var table = kind == CorporateActionKind.Split
            ? AlphaVantageTable<ActionRow>.Read(body, Take, "effective_date", "split_factor")
            : AlphaVantageTable<ActionRow>.Read(body, Take, "ex_dividend_date", "amount");
        if (table.Symbol is { } named && !EchoedSymbol.IsSame(named, symbol))
            throw new JsonException("The answer is of another symbol than was asked.");

        var actions = new List<CorporateAction>();
        foreach (var row in table.Rows)
        {
            if (!row._isAction || row._kind != kind)
                throw new JsonException("What the answer has are no such actions.");
            if (row._value.Text is not null)
                throw new JsonException("An action's value is not a number.");
            if (row is { _exDate: { } exDate, _value.Number: > 0 and var value })
                actions.Add(new CorporateAction(row._kind, exDate, value));
        }

        return actions;
    }

    /// <summary>Null for <c>None</c> and nothing.</summary>
    private static DateOnly? Date(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || text.SequenceEqual("None"u8) || text.SequenceEqual("null"u8))
            return null;

        return text.Length == 10 && VendorJson.TryReadDate(text, out var date) ? date : throw new JsonException("An action's date is not written as yyyy-MM-dd.");
    }
}
