using System.Text;
using System.Text.Json;
using StocksDapr.Collector.Csv;
using StocksDapr.Collector.Providers.Vendors;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;
using StocksDapr.Market.Options;

namespace StocksDapr.Collector.Providers.AlphaVantage;

/// <summary>
/// A row of <c>HISTORICAL_OPTIONS</c> or <c>REALTIME_OPTIONS</c>: everything is text, a price that nobody quotes is <c>0.00</c>. Greeks are there too and
/// are passed over: ours are computed from the quotes.
/// </summary>
internal struct OptionRow
{
    private string? _contract;
    private string? _symbol;
    private string? _type;
    private string? _expiry;
    private string? _date;
    private double? _strike;
    private double? _bid;
    private double? _ask;
    private double? _last;
    private double? _volume;
    private double? _openInterest;
    private double? _impliedVolatility;

    /// <summary>All contracts of a chain that expire in a range.</summary>
    /// <exception cref="JsonException">The body is not what the provider documents, or of another underlying.</exception>
    public static OptionChainSnapshot Read(ReadOnlyMemory<byte> body, string symbol, string vendorSymbol, DateOnly from, DateOnly to, bool realtime)
    {
        DateOnly? quotedOn = null;
        var contracts = new List<RawOptionQuote>();
        foreach (var row in AlphaVantageTable<OptionRow>.Read(body, Take, "contractID", "symbol", "expiration", "strike", "type").Rows)
        {
            if (row._symbol is null || !EchoedSymbol.IsSame(row._symbol, vendorSymbol))
                throw new JsonException("A contract is on another underlying than was asked.");
            quotedOn ??= Date(row._date);
            if (Date(row._expiry) is var expiry && expiry >= from && expiry <= to)
                contracts.Add(row.Quote(expiry));
        }

        // Of the end of a session; the realtime answer has no time of day.
        var quotedAt = !realtime && quotedOn is { } day && ExchangeCalendar.UsEquities.TryGetSession(day, out var session) ? session.Close : (DateTimeOffset?)null;
        return new OptionChainSnapshot(symbol, UnderlyingPrice: null, quotedAt, contracts);
    }

    private static void Take(ref OptionRow row, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (name.SequenceEqual("contractID"u8))
            row._contract = Text(value);
        else if (name.SequenceEqual("symbol"u8))
            row._symbol = Text(value);
        else if (name.SequenceEqual("type"u8))
            row._type = Text(value);
        else if (name.SequenceEqual("expiration"u8))
            row._expiry = Text(value);
        else if (name.SequenceEqual("date"u8))
            row._date = Text(value);
        else if (name.SequenceEqual("strike"u8))
            row._strike = Number(value);
        else if (name.SequenceEqual("bid"u8))
            row._bid = Number(value);
        else if (name.SequenceEqual("ask"u8))
            row._ask = Number(value);
        else if (name.SequenceEqual("last"u8))
            row._last = Number(value);
        else if (name.SequenceEqual("volume"u8))
            row._volume = Number(value);
        else if (name.SequenceEqual("open_interest"u8))
            row._openInterest = Number(value);
        else if (name.SequenceEqual("implied_volatility"u8))
            row._impliedVolatility = Number(value);
    }

    private readonly RawOptionQuote Quote(DateOnly expiry)
    {
        var type = _type?.ToLowerInvariant() switch
        {
            "call" => OptionType.Call,
            "put" => OptionType.Put,
            _ => throw new JsonException("A contract is neither a call nor a put."),
        };
        if (_strike is not (> 0 and var strike) || _contract is not { Length: > 0 and <= OptionContract.MaxLength })
            throw new JsonException("A contract has no strike or no symbol.");

        return new RawOptionQuote(
            _contract, type, expiry, strike, Price(_bid), Price(_ask), Price(_last), LastTradeAt: null, VendorJson.Shares(_volume), VendorJson.Shares(_openInterest), Price(_impliedVolatility));
    }

    private static double? Price(double? value) => value > 0 ? value : null;

    private static double? Number(ReadOnlySpan<byte> value) => NumberText.Read(value, commaDelimited: true).Number;

    private static string? Text(ReadOnlySpan<byte> value) => value.IsEmpty ? null : Encoding.UTF8.GetString(value);

    /// <remarks>The samples that the provider makes up expire on 2099-99-99.</remarks>
    private static DateOnly Date(string? text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", out var date)
        ? date
        : throw new JsonException("A contract's date is not a day.");
}
