using StocksDapr.Market.Options;

namespace StocksDapr.Market.Tests.Options;

/// <summary>Seeded options of all kinds: from a day to three years, deep in to deep out of the money, quiet and wild.</summary>
internal static class Grid
{
    public static IEnumerable<(OptionTerms Terms, double Volatility)> Of(int seed, int count)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var spot = Math.Exp(random.NextDouble() * 9) / 2;
            var years = Math.Exp((random.NextDouble() * 7) - 5.9);
            var volatility = 0.03 + (1.5 * random.NextDouble() * random.NextDouble());
            var strike = spot * Math.Exp(volatility * Math.Sqrt(years) * ((random.NextDouble() * 12) - 6));
            var type = random.Next(2) == 0 ? OptionType.Call : OptionType.Put;
            yield return (new OptionTerms(type, spot, strike, years, (random.NextDouble() * 0.1) - 0.01, random.NextDouble() * 0.06), volatility);
        }
    }

    public static OptionTerms As(OptionTerms terms, OptionType type) => new(type, terms.Spot, terms.Strike, terms.Years, terms.Rate, terms.Yield);
}
