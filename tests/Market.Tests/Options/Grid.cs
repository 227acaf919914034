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

    /// <summary>What a demanding user throws at it: three hours to three years, volatilities of 3 to 500 %, rates and yields below zero, yields far above rates.</summary>
    public static IEnumerable<(OptionTerms Terms, double Volatility)> OfExtremes(int seed, int count)
    {
        var random = new Random(seed);
        double Between(double low, double high) => low + ((high - low) * random.NextDouble());
        for (var i = 0; i < count; i++)
        {
            var years = 3.0 / (365 * 24) * Math.Pow(365 * 24, random.NextDouble());
            var volatility = 0.03 * Math.Pow(5 / 0.03, random.NextDouble());
            var rate = random.Next(5) switch { 0 => 0, 1 => Between(0, 0.002), _ => Between(-0.02, 0.15) };
            var yield = random.Next(3) == 0 ? 0 : Between(-0.03, 0.2);
            var spot = 100 * Math.Exp(Math.Clamp(volatility * Math.Sqrt(years) * Between(-5, 5), -5, 5));
            yield return (new OptionTerms(random.Next(2) == 0 ? OptionType.Call : OptionType.Put, spot, 100, years, rate, yield), volatility);
        }
    }

    public static OptionTerms As(OptionTerms terms, OptionType type) => new(type, terms.Spot, terms.Strike, terms.Years, terms.Rate, terms.Yield);
}
