using StocksDapr.Contracts.Json;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Processor.Rules;

/// <summary>
/// A daily bar of a US listing belongs to a session, an intraday bar to the hours from 04:00 to 20:00 New York time around one (pre-market,
/// regular, after hours). Longer bars, other listings and days that the calendar does not cover are not judged.
/// </summary>
internal sealed class StartsInASession(ExchangeCalendar calendar) : IBarRule
{
    public const string NoSession = "no-session";
    public const string OutsideHours = "outside-hours";

    private static readonly TimeOnly FirstHour = new(4, 0);
    private static readonly TimeOnly LastHour = new(20, 0);

    public Violation? Check(in RawBar bar, in BarSubject subject)
    {
        if (subject.Interval.Length > TimeSpan.FromDays(1) || !UsListing.Is(subject.Symbol))
            return null;

        var local = subject.Interval.IsIntraday ? NewYorkTime.FromInstant(bar.Start).DateTime : bar.Start.UtcDateTime;
        var date = DateOnly.FromDateTime(local);
        if (!calendar.Covers(date))
            return null;

        if (!calendar.IsSession(date))
        {
            var reason = calendar.TryGetClosure(date, out var closure) ? $"the exchange was closed ({closure})" : "it is a weekend";
            return new Violation(NoSession, $"{BarTime.ToText(bar.Start, subject.Interval)} is no session: {reason}.");
        }

        var time = TimeOnly.FromDateTime(local);
        return !subject.Interval.IsIntraday || (time >= FirstHour && time < LastHour)
            ? null
            : new Violation(OutsideHours, $"{BarTime.ToText(bar.Start, subject.Interval)} is {time:HH:mm} in New York; trading hours are 04:00 to 20:00.");
    }
}
