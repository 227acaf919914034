using System.Collections.Concurrent;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;
using StocksDapr.Market.Options;

namespace StocksDapr.Processor.Tests.OptionChains;

/// <summary>Chains for tests, priced by the book: spot 100, volatility 30 % at every strike, a yield of 2 %.</summary>
internal static class ChainOf
{
    public const double Spot = 100;
    public const double Volatility = 0.3;
    public const double Yield = 0.02;
    public static readonly DateTimeOffset At = new(2026, 11, 20, 17, 30, 0, TimeSpan.Zero);
    public static readonly Provenance Provenance = new("test", "r1", At.AddMinutes(1));
    public static readonly DateOnly December = new(2026, 12, 18);
    public static readonly DateOnly March = new(2027, 3, 19);

    private static readonly ConcurrentDictionary<DateOnly, AmericanSeries> Prices = new();

    /// <param name="spread">Between bid and ask; prices are not rounded to ticks.</param>
    public static IReadOnlyList<RawOptionQuote> Quotes(double spread = 0.02, params DateOnly[] expiries) =>
    [
        .. from expiry in expiries.Length == 0 ? [December, March] : expiries
           from strike in Enumerable.Range(0, 17).Select(i => 80.0 + (2.5 * i))
           from type in (OptionType[])[OptionType.Call, OptionType.Put]
           select Quote(type, expiry, strike, spread),
    ];

    public static RawOptionQuote Quote(OptionType type, DateOnly expiry, double strike, double spread = 0.02)
    {
        var price = Prices.GetOrAdd(expiry, day => new AmericanSeries(OptionTime.YearsToExpiry(At, day, ExchangeCalendar.UsEquities), Rate, Yield)).Price(type, Spot, strike, Volatility);
        return new RawOptionQuote(
            new OptionContract("TEST", expiry, type, strike).ToString(), type, expiry, strike, Math.Max(price - (spread / 2), 0), price + (spread / 2), price, At.AddMinutes(-5),
            12, 340, 0.31, "USD");
    }

    public static double Rate => FederalFunds.On(new DateOnly(2026, 11, 20)).At(0.1);

    public static RawOptionChain Chain(IReadOnlyList<RawOptionQuote> quotes, double? price = Spot) => new("TEST", price, At, Provenance, quotes);
}
