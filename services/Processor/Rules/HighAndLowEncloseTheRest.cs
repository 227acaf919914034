using System.Globalization;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Processor.Rules;

/// <summary>
/// High is the highest and low the lowest of the four prices. A difference below two parts in ten million is not counted: it is how far a price
/// is off that went through single precision somewhere on its way, as Yahoo's do.
/// </summary>
internal sealed class HighAndLowEncloseTheRest : IBarRule
{
    public const string HighBelowLow = "high-below-low";
    public const string HighBelowOpen = "high-below-open";
    public const string HighBelowClose = "high-below-close";
    public const string LowAboveOpen = "low-above-open";
    public const string LowAboveClose = "low-above-close";

    private const double Tolerance = 2e-7;

    public Violation? Check(in RawBar bar, in BarSubject subject)
    {
        bar.Open.TryGetNumber(out var open);
        bar.High.TryGetNumber(out var high);
        bar.Low.TryGetNumber(out var low);
        bar.Close.TryGetNumber(out var close);
        var rule = IsBelow(high, low) ? HighBelowLow
            : IsBelow(high, open) ? HighBelowOpen
            : IsBelow(high, close) ? HighBelowClose
            : IsBelow(open, low) ? LowAboveOpen
            : IsBelow(close, low) ? LowAboveClose
            : null;
        return rule is null
            ? null
            : new Violation(
                rule, string.Create(CultureInfo.InvariantCulture, $"open {open}, high {high}, low {low}, close {close}: high and low do not enclose the others."));
    }

    private static bool IsBelow(double value, double other) => value < other && other - value > Tolerance * Math.Abs(other);
}
