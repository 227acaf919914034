using StocksDapr.Collector.Providers;
using StocksDapr.Market;

namespace StocksDapr.Collector.Collection;

/// <summary>
/// Tells what is due of one market: compares what should be there by the calendar with what Query says is there. What is stored decides
/// alone; what was asked and answered only decides when to ask again, and whom. Safe to use from several threads.
/// </summary>
internal sealed class DueBars(
    CollectionPlan plan, Listing listing, MarketSources sources, IStoredBars storedBars, ExchangeCalendar calendar, TimeProvider time, CollectionOptions options, CollectorMetrics metrics)
    : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Symbol, Interval Interval), SeriesWatch> _watches = [];

    public CollectionPlan Plan => plan;

    public Listing Listing => listing;

    public MarketSources Sources => sources;

    /// <summary>The newest bar of an interval that should be there by now; null before the first, and while nobody wants bars of it or nobody can be asked.</summary>
    /// <exception cref="ListingUnknownException">Nobody says which instruments there are.</exception>
    public async Task<DueBar?> NewestAsync(Interval interval, CancellationToken cancellationToken)
    {
        if (await sources.GetAsync(interval, cancellationToken) is not [var first, ..])
            return null;
        if (plan.Roster.IsLive && !(await listing.GetAsync(cancellationToken)).Any(listed => listed.IsWantedIn(interval)))
            return null;

        var delay = first.Provider.Capabilities.Delay;
        return SeriesWatch.LastDue(calendar, interval, time.GetUtcNow() - delay) is { } start ? new DueBar(start, EndOf(interval, start) + delay) : null;
    }

    /// <summary>The symbols that traded on a date, as far as anybody knows, and that are wanted in an interval.</summary>
    /// <exception cref="ListingUnknownException">Nobody says which instruments there are.</exception>
    public async Task<IReadOnlyList<string>> ListedOnAsync(DateOnly date, Interval interval, CancellationToken cancellationToken) =>
    [
        .. (await listing.GetAsync(cancellationToken))
            .Where(listed => listed.IsWantedIn(interval) && (listed.ListedOn is null || listed.ListedOn <= date)).Select(listed => listed.Instrument.Symbol),
    ];

    /// <summary>
    /// The ranges that are due of a series, the most overdue ones first. Symbols of which the same range is due share one request, as many as the provider allows that is
    /// to be asked first.
    /// </summary>
    /// <param name="series">The series.</param>
    /// <param name="only">The symbols to look at; null for all.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    /// <exception cref="StoredBarsUnknownException">Query cannot be asked.</exception>
    /// <exception cref="ListingUnknownException">Nobody says which instruments there are.</exception>
    public async Task<IReadOnlyList<DueRequest>> FindAsync(SeriesPlan series, IReadOnlyCollection<string>? only, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var asked = await sources.GetAsync(series.Interval, cancellationToken);
            if (asked.Count == 0)
                return [];

            var instruments = (await listing.GetAsync(cancellationToken))
                .Where(listed => listed.IsWantedIn(series.Interval) && (only is null || only.Contains(listed.Instrument.Symbol))).ToList();
            if (instruments.Count == 0)
                return [];

            var now = time.GetUtcNow();
            var asOf = now - asked[0].Provider.Capabilities.Delay;
            var stored = await storedBars.GetSeriesAsync([.. instruments.Select(listed => listed.Instrument.Symbol)], series.Interval, cancellationToken);
            var due = new List<DueRange>();
            long missingBars = 0;
            foreach (var listed in instruments)
            {
                var missing = FirstStart(series, listed, asked, now) is { } first
                    ? await MissingAsync(series, listed.Instrument.Symbol, first, stored.GetValueOrDefault(listed.Instrument.Symbol), asOf, cancellationToken)
                    : [];
                missingBars += missing.Count;
                due.AddRange(Ranges(listed.Instrument.Symbol, series.Interval, missing, asked, now));
            }

            if (only is null)
                metrics.BarsMissing(plan.Market, series.Interval.Code, missingBars);
            var since = instruments.Where(listed => listed.WantedSince is not null).ToDictionary(listed => listed.Instrument.Symbol, listed => listed.WantedSince, StringComparer.Ordinal);
            return [.. due.GroupBy(range => range.Key).SelectMany(same => Chunks([.. same])).Select(ranges => Request(series.Interval, ranges, since)).OrderBy(request => request.DueSince)];
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>A provider has answered, and what it has is published: it is on its way now. What it does not have is remembered.</summary>
    /// <param name="symbol">The symbol.</param>
    /// <param name="interval">The interval.</param>
    /// <param name="asked">The bars that were wanted, ascending.</param>
    /// <param name="answered">The bars that came.</param>
    public void Answered(string symbol, Interval interval, IReadOnlyList<DateTimeOffset> asked, IReadOnlySet<DateTimeOffset> answered)
    {
        lock (_gate)
            Watch(symbol, interval).Answered(asked, answered, time.GetUtcNow());
    }

    /// <summary>A provider gave no answer for a series.</summary>
    public void Failed(string symbol, Interval interval, ProviderError error)
    {
        lock (_gate)
            Watch(symbol, interval).Failed(error, time.GetUtcNow());
    }

    public void Dispose() => _one.Dispose();

    /// <summary>Where a series begins: as far back as it is wanted, and as somebody reaches.</summary>
    private DateTimeOffset? FirstStart(SeriesPlan series, ListedInstrument listed, IReadOnlyList<Source> asked, DateTimeOffset now)
    {
        var wanted = series.FirstStart(calendar, now, listed.ListedOn);
        if (wanted is not { } first || asked.Any(source => source.Reaches(first)))
            return wanted;

        var reach = asked.Min(source => source.Since!.Value);
        return calendar.NextSession(DateOnly.FromDateTime(reach.UtcDateTime))?.BarStart(series.Interval, 0);
    }

    private async Task<IReadOnlyList<DateTimeOffset>> MissingAsync(
        SeriesPlan series, string symbol, DateTimeOffset first, StoredSeries? stored, DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (Watch(symbol, series.Interval).Missing(stored, first, asOf) is { } missing)
                return missing;
        }

        var (from, to) = (stored!.First < first ? stored.First : first, stored.Last > asOf ? stored.Last : asOf);
        var starts = (await storedBars.GetStartsAsync([symbol], series.Interval, from, to, cancellationToken)).GetValueOrDefault(symbol, []);
        lock (_gate)
            return Watch(symbol, series.Interval).Examine(stored, starts, first, asOf);
    }

    /// <summary>
    /// Cuts what is due of a symbol into ranges. Bars of which the same sources are to be asked in the same order stay together: who does not reach back so far is left
    /// out, and of a bar that the sources before did not have the next one is asked first.
    /// </summary>
    private List<DueRange> Ranges(string symbol, Interval interval, IReadOnlyList<DateTimeOffset> missing, IReadOnlyList<Source> asked, DateTimeOffset now)
    {
        lock (_gate)
        {
            var watch = Watch(symbol, interval);
            return
            [
                .. watch.Due(missing, now)
                    .GroupBy(start => (Reach: asked.Count(source => source.Reaches(start)), Turn: asked.Count == 1 ? 0 : watch.TimesAbsent(start) % asked.Count))
                    .Where(group => group.Key.Reach > 0)
                    .SelectMany(group => DueRange.Cut(symbol, [.. group], InTurn(asked, group.First(), group.Key.Turn), interval, calendar)),
            ];
        }
    }

    private static List<Source> InTurn(IReadOnlyList<Source> asked, DateTimeOffset start, int turn) =>
        [.. asked.Skip(turn).Concat(asked.Take(turn)).Where(source => source.Reaches(start))];

    private static IEnumerable<DueRange[]> Chunks(DueRange[] ranges)
    {
        for (var done = 0; done < ranges.Length;)
        {
            var size = Math.Max(1, ranges[0].Sources[0].SymbolsPerRequest([.. ranges.Skip(done).Select(range => range.Symbol)], ranges[0].From, ranges[0].To));
            yield return ranges[done..Math.Min(done + size, ranges.Length)];
            done += size;
        }
    }

    private DueRequest Request(Interval interval, DueRange[] ranges, Dictionary<string, DateTimeOffset?> wantedSince)
    {
        var ended = EndOf(interval, ranges[0].From) + ranges[0].Sources[0].Provider.Capabilities.Delay;
        var since = ranges.Min(range => wantedSince.GetValueOrDefault(range.Symbol) is { } wanted && wanted > ended ? wanted : ended);
        return new DueRequest(
            interval, ranges[0].From, ranges[0].To, [.. ranges.Select(range => new DueSymbol(range.Symbol, IsWhole(range, interval) ? null : range.Starts))],
            [.. ranges[0].Sources.Select(source => source.Name)], since);
    }

    private DateTimeOffset EndOf(Interval interval, DateTimeOffset start)
    {
        var session = calendar.SessionOn(DateOnly.FromDateTime(start.UtcDateTime));
        return session.BarEnd(interval, session.BarIndex(interval, start));
    }

    private bool IsWhole(DueRange range, Interval interval) => range.Starts.Count == calendar.CountBars(interval, range.From, range.To);

    private SeriesWatch Watch(string symbol, Interval interval)
    {
        if (!_watches.TryGetValue((symbol, interval), out var watch))
            _watches[(symbol, interval)] = watch = new SeriesWatch(calendar, interval, options);
        return watch;
    }
}

/// <summary>A bar that should be there.</summary>
/// <param name="Start">Its start, UTC.</param>
/// <param name="At">When it became due: its end, and the delay of the provider that is asked first; UTC.</param>
internal sealed record DueBar(DateTimeOffset Start, DateTimeOffset At);

/// <summary>Bars of some symbols that one request can ask for.</summary>
/// <param name="Providers">Who may be asked, the first one first.</param>
/// <param name="DueSince">How long the oldest of the bars has been due, UTC.</param>
internal sealed record DueRequest(
    Interval Interval, DateTimeOffset From, DateTimeOffset To, IReadOnlyList<DueSymbol> Symbols, IReadOnlyList<string> Providers, DateTimeOffset DueSince);

/// <param name="Starts">Which bars of the range are due; null for all that the calendar has.</param>
internal sealed record DueSymbol(string Symbol, IReadOnlyList<DateTimeOffset>? Starts);
