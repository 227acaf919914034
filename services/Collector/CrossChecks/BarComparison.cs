using System.Globalization;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.CrossChecks;

/// <summary>A bar that is stored, and who delivered it.</summary>
internal sealed record SourcedBar(DateTimeOffset Start, double Open, double High, double Low, double Close, double Volume, string Source);

/// <summary>Compares a stored bar with what another provider says of it.</summary>
/// <param name="PriceTolerance">Relative to the larger price.</param>
/// <param name="VolumeTolerance">Relative to the larger volume.</param>
internal sealed record BarComparison(double PriceTolerance, double VolumeTolerance)
{
    public const string Rule = "cross-check";

    /// <summary>Pounds and pence, or dollars and cents.</summary>
    private const double MinorUnits = 100;

    /// <summary>In which values the two differ, in a sentence with both values and sources; null when they agree.</summary>
    /// <param name="stored">What is stored.</param>
    /// <param name="other">What the other provider says; values that are no numbers are not compared.</param>
    /// <param name="source">Its name.</param>
    public string? Difference(SourcedBar stored, RawBar other, string source)
    {
        (string Name, double Stored, RawValue Other)[] prices =
            [("open", stored.Open, other.Open), ("high", stored.High, other.High), ("low", stored.Low, other.Low), ("close", stored.Close, other.Close)];
        var compared = prices.Where(price => price.Other.TryGetNumber(out _)).Select(price => (price.Name, price.Stored, Other: price.Other.Number!.Value)).ToList();
        var differences = compared.Where(price => Apart(price.Stored, price.Other) > PriceTolerance).Select(price => Said(price.Name, price.Stored, price.Other)).ToList();
        if (differences.Count > 0 && differences.Count == compared.Count && UnitsOf(compared) is { } units)
            differences = [$"{units}; {differences[^1]}"];
        if (other.Volume.TryGetNumber(out var volume) && Apart(stored.Volume, volume) > VolumeTolerance)
            differences.Add(Said("volume", stored.Volume, volume));
        return differences.Count == 0 ? null : string.Join("; ", differences) + ".";

        string Said(string name, double mine, double theirs) =>
            string.Create(CultureInfo.InvariantCulture, $"{name}: {stored.Source} says {mine:R}, {source} says {theirs:R}, {Apart(mine, theirs) * 100:0.##} % apart");
    }

    private string? UnitsOf(List<(string Name, double Stored, double Other)> prices) =>
        prices.TrueForAll(price => Apart(price.Stored * MinorUnits, price.Other) <= PriceTolerance) ? "all prices are about 100 times as high: other units"
        : prices.TrueForAll(price => Apart(price.Stored, price.Other * MinorUnits) <= PriceTolerance) ? "all prices are about a hundredth: other units"
        : null;

    private static double Apart(double one, double other)
    {
        var larger = Math.Max(Math.Abs(one), Math.Abs(other));
        return larger == 0 ? 0 : Math.Abs(one - other) / larger;
    }
}
