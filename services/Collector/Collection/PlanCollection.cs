using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Publishing;
using StocksDapr.Contracts;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Collection;

/// <summary>
/// Collects what is due from one provider: compares what should be there by the calendar with what Query says is there, fetches the
/// difference and publishes it. What is stored decides alone; what was published only decides when to ask again. Not for use by two
/// threads at once.
/// </summary>
internal sealed class PlanCollection(
    CollectionPlan plan,
    IStoredBars storedBars,
    ExchangeCalendar calendar,
    BarPublisher publisher,
    TimeProvider time,
    CollectionOptions options,
    CollectorMetrics metrics,
    ILogger logger)
{
    /// <summary>Small enough to be stored at once with others, large enough that a message costs nothing beside its bars.</summary>
    private const int BarsPerMessage = 2_000;

    private static readonly TimeSpan PauseWhenLimited = TimeSpan.FromMinutes(1);

    private readonly ReferenceData _reference = new(plan, calendar, publisher, time, options, logger);
    private readonly Dictionary<(string Symbol, Interval Interval), SeriesWatch> _watches = [];
    private readonly Dictionary<Interval, DateOnly> _rechecked = [];
    private DateTimeOffset _pausedUntil;

    /// <returns>How many bars were published.</returns>
    /// <exception cref="StoredBarsUnknownException">Query cannot be asked; nothing more was done.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        if (time.GetUtcNow() < _pausedUntil)
            return 0;

        if (Stops(await _reference.RefreshInstrumentsAsync(cancellationToken)))
            return 0;

        var published = 0;
        foreach (var series in plan.Series)
        {
            var (bars, stop) = await CollectSeriesAsync(series, cancellationToken);
            published += bars;
            if (stop)
                return published;
        }

        Stops(await _reference.RefreshActionsAsync(cancellationToken));
        return published;
    }

    private async Task<(int Published, bool Stop)> CollectSeriesAsync(SeriesPlan series, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var symbols = _reference.Instruments.Select(listed => listed.Instrument.Symbol).ToList();
        var stored = await storedBars.GetSeriesAsync(symbols, series.Interval, cancellationToken);
        var due = new List<DueRange>();
        long missingBars = 0;
        foreach (var listed in _reference.Instruments)
        {
            var missing = await MissingAsync(series, listed, stored.GetValueOrDefault(listed.Instrument.Symbol), now, cancellationToken);
            missingBars += missing.Count;
            var starts = Watch(listed.Instrument.Symbol, series.Interval).Due(missing, now);
            due.AddRange(DueRange.Cut(listed.Instrument.Symbol, starts, series.Interval, plan.Provider.Capabilities.MaxBars, calendar));
        }

        metrics.BarsMissing(plan.Provider.Name, series.Interval.Code, missingBars);
        var recheck = Recheck(series.Interval, stored, due, now);
        var published = 0;
        foreach (var request in Requests(due.Concat(recheck)))
        {
            var (bars, stop) = await FetchAsync(series.Interval, request, now, cancellationToken);
            published += bars;
            if (stop)
                return (published, true);
        }

        return (published, false);
    }

    private async Task<IReadOnlyList<DateTimeOffset>> MissingAsync(
        SeriesPlan series, ListedInstrument listed, StoredSeries? stored, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (series.FirstStart(calendar, now, listed.ListedOn) is not { } first)
            return [];

        var watch = Watch(listed.Instrument.Symbol, series.Interval);
        var asOf = now - plan.Provider.Capabilities.Delay;
        if (watch.Missing(stored, first, asOf) is { } missing)
            return missing;

        var (from, to) = (stored!.First < first ? stored.First : first, stored.Last > asOf ? stored.Last : asOf);
        var starts = await storedBars.GetStartsAsync(listed.Instrument.Symbol, series.Interval, from, to, cancellationToken);
        return watch.Examine(stored, starts, first, asOf);
    }

    /// <summary>
    /// Providers correct a session's bars after its close, so they are all fetched once more. Once for each process and session: a bar that has
    /// not changed is not stored again.
    /// </summary>
    private List<DueRange> Recheck(
        Interval interval, IReadOnlyDictionary<string, StoredSeries> stored, List<DueRange> due, DateTimeOffset now)
    {
        if (options.RecheckAfterClose == TimeSpan.Zero
            || calendar.LastCompletedSession(now - options.RecheckAfterClose) is not { } session
            || _rechecked.GetValueOrDefault(interval) >= session.Date)
        {
            return [];
        }

        _rechecked[interval] = session.Date;
        var busy = due.Select(range => range.Symbol).ToHashSet(StringComparer.Ordinal);
        var starts = Enumerable.Range(0, session.BarCount(interval)).Select(index => session.BarStart(interval, index)).ToList();
        return
        [
            .. stored
                .Where(series => series.Value.Last >= starts[0] && !busy.Contains(series.Key))
                .Select(series => new DueRange(series.Key, starts)),
        ];
    }

    /// <summary>Symbols of which the same range is due share a request, as many as the provider allows; the order is kept.</summary>
    private IEnumerable<DueRange[]> Requests(IEnumerable<DueRange> due) =>
        due.GroupBy(range => (range.From, range.To)).SelectMany(same => same.Chunk(plan.Provider.Capabilities.MaxSymbols));

    private async Task<(int Published, bool Stop)> FetchAsync(
        Interval interval, DueRange[] ranges, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (from, to) = (ranges[0].From, ranges[0].To);
        var request = new BarsRequest([.. ranges.Select(range => range.Symbol)], interval, from, to);
        var answer = await plan.Provider.GetBarsAsync(request, cancellationToken);
        if (!answer.IsSuccess)
        {
            foreach (var range in ranges)
                Watch(range.Symbol, interval).Failed(answer.Error, time.GetUtcNow());
            return (0, Stops(answer.Error));
        }

        var topic = IsLive(from, now) ? Topics.RawBars : Topics.RawBarsHistory;
        var provenance = new Provenance(plan.Provider.Name, answer.RequestId, answer.At);
        var batches = new List<RawBars>();
        foreach (var range in ranges)
        {
            if (!answer.Value.TryGetValue(range.Symbol, out var ofSymbol) || !ofSymbol.IsSuccess)
            {
                var error = ofSymbol.Error ?? new ProviderError(ProviderErrorKind.Malformed, "The answer says nothing of this symbol.");
                logger.SymbolNotCollected(plan.Provider.Name, range.Symbol, interval.Code, error.Kind, error.Detail);
                Watch(range.Symbol, interval).Failed(error, time.GetUtcNow());
                continue;
            }

            batches.AddRange(Parts(ofSymbol.Value).Select(bars => new RawBars(range.Symbol, interval, provenance, bars)));
        }

        await publisher.PublishAsync(topic, batches, cancellationToken);

        // Only now: what was not published is asked again at once.
        foreach (var range in ranges)
        {
            if (answer.Value.TryGetValue(range.Symbol, out var ofSymbol) && ofSymbol.IsSuccess)
                Watch(range.Symbol, interval).Answered(range.Starts, ofSymbol.Value.Select(bar => bar.Start).ToHashSet(), time.GetUtcNow());
        }

        return (batches.Sum(batch => batch.Bars.Count), false);
    }

    private static IEnumerable<IReadOnlyList<RawBar>> Parts(IReadOnlyList<RawBar> bars) => bars.Count switch
    {
        0 => [],
        <= BarsPerMessage => [bars],
        _ => bars.Chunk(BarsPerMessage),
    };

    /// <summary>Bars of the session under way, or of the last one, are live; everything older is history and must not delay them.</summary>
    private bool IsLive(DateTimeOffset from, DateTimeOffset now) => calendar.LastOpenedSession(now) is { } session && from >= session.DayStart;

    private SeriesWatch Watch(string symbol, Interval interval)
    {
        if (!_watches.TryGetValue((symbol, interval), out var watch))
            _watches[(symbol, interval)] = watch = new SeriesWatch(calendar, interval, options);
        return watch;
    }

    /// <summary>Whether a failure is the provider's as a whole, so that asking for something else now makes no sense.</summary>
    private bool Stops(ProviderError? error)
    {
        if (error is null)
            return false;

        logger.ProviderFailed(plan.Provider.Name, error.Kind, error.Detail);
        if (error.Kind is ProviderErrorKind.RateLimited or ProviderErrorKind.NotEntitled)
            _pausedUntil = time.GetUtcNow() + (error.RetryAfter ?? PauseWhenLimited);
        return error.Kind is not (ProviderErrorKind.Malformed or ProviderErrorKind.UnknownSymbol or ProviderErrorKind.NotSupported);
    }
}
