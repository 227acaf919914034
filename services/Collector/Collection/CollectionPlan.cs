using StocksDapr.Collector.Providers;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Collection;

/// <summary>What is to be there from one provider: each of the series for each of its instruments, in order of importance.</summary>
internal sealed record CollectionPlan(IMarketDataProvider Provider, IReadOnlyList<SeriesPlan> Series)
{
    /// <summary>Bars of one symbol in one request: a message has one symbol of a request, so no more than fit into that.</summary>
    public int MaxBars => Math.Min(Provider.Capabilities.MaxBars, RawBars.MaxBars);
}

/// <summary>How far back bars of an interval are to be there: a number of years, or a number of sessions.</summary>
internal sealed record SeriesPlan(Interval Interval, int Years = 0, int Sessions = 0)
{
    /// <summary>The start of the first bar that is wanted at an instant; null if the calendar has no session that far back.</summary>
    public DateTimeOffset? FirstStart(ExchangeCalendar calendar, DateTimeOffset now, DateOnly? listedOn)
    {
        if (calendar.LastOpenedSession(now) is not { } current)
            return null;

        var first = Years > 0 ? current.Date.AddYears(-Years) : Back(calendar, current, Sessions);
        if (listedOn > first)
            first = listedOn.Value;
        return calendar.NextSession(first.AddDays(-1)) is { } session ? session.BarStart(Interval, 0) : null;
    }

    private static DateOnly Back(ExchangeCalendar calendar, Session current, int sessions)
    {
        var upTo = calendar.SessionsBetween(calendar.FirstDay, current.Date);
        return upTo[Math.Max(upTo.Length - sessions, 0)].Date;
    }
}
