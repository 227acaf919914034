using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Writer.Tests;

/// <summary>Clean messages for tests.</summary>
internal static class CleanBarsOf
{
    public static readonly DateTimeOffset Fetched = new(2026, 11, 20, 22, 0, 0, TimeSpan.Zero);

    public static CleanBars Daily(params Bar[] bars) => new("AAPL", Interval.OneDay, From(), bars, [], []);

    public static Bar Bar(string start, double close = 10.5, long volume = 100) =>
        new(DateTimeOffset.Parse(start.Length == 10 ? start + "T00:00:00Z" : start, System.Globalization.CultureInfo.InvariantCulture), 10, 11, 9, close, volume);

    public static CleanBars FetchedAt(this CleanBars message, int minutes) =>
        message with { Provenance = message.Provenance with { FetchedAt = Fetched.AddMinutes(minutes) } };

    public static CleanBars Batch(this CleanBars message, string importId, int number) =>
        message with { Provenance = message.Provenance with { RequestId = importId, Import = new ImportBatch(importId, number) } };

    public static QuarantinedBar Quarantined(string date, RawValue close, int line = 0, string rule = "not-a-number") =>
        new(rule, "The close is no number.", new RawBar(Bar(date).Start, 1, 2, 0.5, close, 100, line));

    private static Provenance From() => new("test", "r1", Fetched);
}
