using System.Text.Json;
using StocksDapr.Collector.Providers.Vendors;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market.Options;

namespace StocksDapr.Collector.Providers.Yahoo;

/// <summary>
/// An answer of <c>/v7/finance/options</c>: all expiries of an underlying, and the contracts of one of them. Outside of trading hours bids and asks are 0 and
/// implied volatilities 1e-05: no quotes, and so null. What did not trade has no volume.
/// </summary>
internal sealed class YahooOptionPage
{
    /// <summary>What stands in place of an implied volatility that could not be computed, and a little more.</summary>
    private const double NoVolatility = 2e-5;

    private YahooOptionPage()
    {
    }

    /// <summary>Seconds since 1970, midnight UTC of the day: as the provider wants them back.</summary>
    public List<long> Expiries { get; } = [];

    /// <summary>Which of the expiries the contracts are of; null when the underlying has none.</summary>
    public long? Expiry { get; private set; }

    public double? UnderlyingPrice { get; private set; }

    public DateTimeOffset? QuotedAt { get; private set; }

    public List<RawOptionQuote> Contracts { get; } = [];

    /// <summary>False when the provider answers with nothing, as it does for a symbol that it does not know.</summary>
    public bool IsKnown { get; private set; }

    /// <exception cref="JsonException">The body is not what the provider answers, or of another underlying.</exception>
    public static YahooOptionPage Read(ReadOnlyMemory<byte> body, string symbol)
    {
        using var document = JsonDocument.Parse(body);
        var results = Property(Property(document.RootElement, "optionChain", JsonValueKind.Object), "result", JsonValueKind.Array);
        var page = new YahooOptionPage();
        foreach (var result in results.EnumerateArray())
        {
            if (!string.Equals(Text(result, "underlyingSymbol"), symbol, StringComparison.OrdinalIgnoreCase))
                throw new JsonException("The answer is of another underlying than was asked.");
            page.IsKnown = true;
            page.ReadResult(result);
        }

        return page;
    }

    private void ReadResult(JsonElement result)
    {
        Expiries.AddRange(Property(result, "expirationDates", JsonValueKind.Array).EnumerateArray().Select(date =>
            (long?)Number(date) ?? throw new JsonException("An expiry is not a number of seconds.")));
        if (result.TryGetProperty("quote", out var quote) && quote.ValueKind == JsonValueKind.Object)
        {
            UnderlyingPrice = Number(quote, "regularMarketPrice") is > 0 and var price ? price : null;
            QuotedAt = VendorJson.UnixTime(Number(quote, "regularMarketTime"));
        }

        foreach (var chain in Property(result, "options", JsonValueKind.Array).EnumerateArray())
        {
            Expiry ??= (long?)Number(chain, "expirationDate");
            Contracts.AddRange(Quotes(chain, "calls", OptionType.Call));
            Contracts.AddRange(Quotes(chain, "puts", OptionType.Put));
        }
    }

    /// <remarks>Mini contracts, on a tenth of the shares, are left out: nothing of a quote tells them from the others afterwards.</remarks>
    private static IEnumerable<RawOptionQuote> Quotes(JsonElement chain, string side, OptionType type) =>
        Property(chain, side, JsonValueKind.Array).EnumerateArray().Where(contract => Text(contract, "contractSize") is null or "REGULAR").Select(contract => Quote(contract, type));

    private static RawOptionQuote Quote(JsonElement contract, OptionType type)
    {
        if (Text(contract, "contractSymbol") is not { Length: > 0 and <= OptionContract.MaxLength } symbol
            || Number(contract, "strike") is not (> 0 and var strike)
            || VendorJson.UnixTime(Number(contract, "expiration")) is not { } expiry)
            throw new JsonException("A contract has no symbol, strike or expiry.");

        return new RawOptionQuote(
            symbol,
            type,
            DateOnly.FromDateTime(expiry.UtcDateTime),
            strike,
            Positive(contract, "bid"),
            Positive(contract, "ask"),
            Positive(contract, "lastPrice"),
            Number(contract, "lastTradeDate") is > 0 and var traded ? VendorJson.UnixTime(traded) : null,
            VendorJson.Shares(Number(contract, "volume")),
            VendorJson.Shares(Number(contract, "openInterest")),
            Number(contract, "impliedVolatility") is > NoVolatility and var volatility ? volatility : null,
            Text(contract, "currency"));
    }

    private static double? Positive(JsonElement item, string name) => Number(item, name) is > 0 and var value ? value : null;

    /// <summary>A number, also where it stands beside its text (<c>{"raw": 1.5, "fmt": "1.50"}</c>); null for everything else.</summary>
    private static double? Number(JsonElement item, string name) => item.TryGetProperty(name, out var value) ? Number(value) : null;

    private static double? Number(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object && !value.TryGetProperty("raw", out value))
            return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) ? number : null;
    }

    private static string? Text(JsonElement item, string name) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static JsonElement Property(JsonElement item, string name, JsonValueKind kind) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out var value) && value.ValueKind == kind
            ? value
            : throw new JsonException($"'{name}' is missing or not {kind}.");
}
