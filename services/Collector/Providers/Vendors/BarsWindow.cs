using StocksDapr.Market;

namespace StocksDapr.Collector.Providers.Vendors;

/// <summary>
/// Which of the bars that a vendor sends belong into the answer: those that start in the range asked, both ends included, and whose interval had ended when
/// the vendor was asked. Vendors send the unfinished bar of the moment as if it were any other, and more than was asked for where they count in days.
/// </summary>
/// <param name="request">What was asked.</param>
/// <param name="asOf">When, UTC; taken before the request went out.</param>
internal sealed class BarsWindow(BarsRequest request, DateTimeOffset asOf)
{
    /// <summary>After its start and this time every daily bar is finished, wherever its exchange is.</summary>
    private static readonly TimeSpan LongestDay = TimeSpan.FromHours(36);

    /// <summary>A long weekend.</summary>
    private static readonly TimeSpan Neighbourhood = TimeSpan.FromDays(4);

    /// <summary>Bars that start later than this may be unfinished; those before it need no look into the calendar.</summary>
    private readonly DateTimeOffset _surelyFinished = asOf - (request.Interval.IsIntraday ? request.Interval.Length : LongestDay);

    public Interval Interval => request.Interval;

    public bool Holds(DateTimeOffset start) =>
        start >= request.From && start <= request.To && (start <= _surelyFinished || EndOf(start) <= asOf);

    /// <summary>
    /// Whether a bar that is not held is of the range's neighbourhood, as the bars are of vendors that count in days or send the unfinished one as well. Where
    /// an answer has bars and none of them is, the vendor has answered for another range, which says nothing of this one.
    /// </summary>
    public bool IsBeside(DateTimeOffset start) => start >= request.From - Neighbourhood && start <= request.To + Neighbourhood;

    private DateTimeOffset EndOf(DateTimeOffset start)
    {
        var calendar = ExchangeCalendar.UsEquities;
        if (!request.Interval.IsIntraday)
        {
            var date = DateOnly.FromDateTime(start.UtcDateTime);
            return calendar.TryGetSession(date, out var day) ? day.Close : NewYorkTime.ToInstant(date.AddDays(1), TimeOnly.MinValue);
        }

        // A bar ends with its session, if that closes earlier than the bar's interval; outside of sessions it has its full length.
        var end = start + request.Interval.Length;
        return calendar.TryGetSessionAt(start, out var session) && session.Close < end ? session.Close : end;
    }
}
