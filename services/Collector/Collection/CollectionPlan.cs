using StocksDapr.Collector.Providers;
using StocksDapr.Market;

namespace StocksDapr.Collector.Collection;

/// <summary>What is to be there of one market: each of the series for those of its instruments that are wanted in it, in order of importance.</summary>
/// <param name="Market">One of <see cref="Markets"/>.</param>
/// <param name="Roster">Says which instruments there are.</param>
/// <param name="Providers">Who may be asked, the first one first.</param>
/// <param name="Series">What is wanted.</param>
internal sealed record CollectionPlan(string Market, IRoster Roster, IReadOnlyList<IMarketDataProvider> Providers, IReadOnlyList<SeriesPlan> Series)
{
    /// <summary>How often instruments and corporate actions are fetched, where that costs of a budget; null for as often as <see cref="CollectionOptions"/> say.</summary>
    public TimeSpan? ReferenceDataEvery { get; init; }

    /// <summary>The order of an interval; null where it is that of <see cref="Providers"/>.</summary>
    public Func<Interval, IReadOnlyList<string>?> Order { get; init; } = _ => null;

    /// <summary>Who has an interval, the first one to ask first.</summary>
    public IEnumerable<IMarketDataProvider> ProvidersOf(Interval interval)
    {
        var having = Providers.Where(provider => provider.Capabilities.Intervals.ContainsKey(interval));
        return Order(interval) is { } order
            ? order.Select(name => having.FirstOrDefault(provider => provider.Name == name)).OfType<IMarketDataProvider>()
            : having;
    }

    /// <summary>A market that has one provider, which says itself what it has.</summary>
    public static CollectionPlan Of(IMarketDataProvider provider, IReadOnlyList<SeriesPlan> series) => new(provider.Name, new ProviderRoster(provider), [provider], series);
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
