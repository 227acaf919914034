using System.Globalization;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Processor.Rules;

/// <summary>
/// Volume counts shares: whole, not negative, and exact as a number (below 2^53). Zero is legal: an index has no volume, and nothing may have
/// traded.
/// </summary>
internal sealed class VolumeIsACount : IBarRule
{
    public const string Negative = "volume-negative";
    public const string NotWhole = "volume-not-whole";
    public const string TooLarge = "volume-too-large";

    private const double Limit = 1L << 53;

    public Violation? Check(in RawBar bar, in BarSubject subject)
    {
        bar.Volume.TryGetNumber(out var volume);
        var rule = volume < 0 ? Negative : volume >= Limit ? TooLarge : Math.Truncate(volume).Equals(volume) ? null : NotWhole;
        return rule is null
            ? null
            : new Violation(rule, string.Create(CultureInfo.InvariantCulture, $"volume {volume} is not a whole number of shares from 0 to 2^53."));
    }
}
