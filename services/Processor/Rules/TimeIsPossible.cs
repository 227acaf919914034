using System.Globalization;
using StocksDapr.Contracts.Json;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Processor.Rules;

/// <summary>A bar cannot start after it was fetched, nor before there were exchanges with recorded prices.</summary>
internal sealed class TimeIsPossible : IBarRule
{
    public const string InTheFuture = "in-the-future";
    public const string TooEarly = "before-records";

    /// <summary>A daily bar is named by its date, which begins in the east up to 14 hours before it does in UTC.</summary>
    private static readonly TimeSpan Ahead = TimeSpan.FromHours(14);

    private static readonly DateTimeOffset Earliest = new(1900, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public Violation? Check(in RawBar bar, in BarSubject subject)
    {
        if (bar.Start < Earliest)
            return new Violation(TooEarly, $"{BarTime.ToText(bar.Start, subject.Interval)} is before 1900.");

        return bar.Start - subject.FetchedAt <= Ahead
            ? null
            : new Violation(
                InTheFuture,
                $"{BarTime.ToText(bar.Start, subject.Interval)} had not come when it was fetched ({subject.FetchedAt.UtcDateTime.ToString("u", CultureInfo.InvariantCulture)}).");
    }
}
