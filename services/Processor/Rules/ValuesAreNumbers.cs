using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Processor.Rules;

/// <summary>
/// Every price and the volume must be there and be a number; the volume may be missing where nobody can have counted it (<see cref="Symbol.HasVolume"/>), and counts as zero
/// there. The other rules rely on it and are not asked where it fails.
/// </summary>
internal sealed class ValuesAreNumbers : IBarRule
{
    public const string MissingValue = "missing-value";
    public const string NotANumber = "not-a-number";

    public Violation? Check(in RawBar bar, in BarSubject subject) =>
        bar.Open.TryGetNumber(out _) && bar.High.TryGetNumber(out _) && bar.Low.TryGetNumber(out _) && bar.Close.TryGetNumber(out _)
        && (bar.Volume.TryGetNumber(out _) || (bar.Volume.IsMissing && !Symbol.HasVolume(subject.Symbol)))
            ? null
            : Describe(bar);

    private static Violation Describe(in RawBar bar)
    {
        (string Name, RawValue Value)[] values =
            [("open", bar.Open), ("high", bar.High), ("low", bar.Low), ("close", bar.Close), ("volume", bar.Volume)];
        var missing = values.Where(value => value.Value.IsMissing).Select(value => value.Name).ToList();
        var texts = values.Where(value => value.Value.Text is not null).Select(value => $"{value.Name} is \"{Shorten(value.Value.Text!)}\"").ToList();

        if (missing.Count > 0)
            texts.Insert(0, $"{string.Join(", ", missing)} {(missing.Count == 1 ? "is" : "are")} missing");
        return new Violation(missing.Count > 0 ? MissingValue : NotANumber, $"{string.Join("; ", texts)}.");
    }

    private static string Shorten(string text) => text.Length <= 40 ? text : string.Concat(text.AsSpan(0, 40), "…");
}
