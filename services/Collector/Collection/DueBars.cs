using StocksDapr.Collector.Parts;
using StocksDapr.Collector.Providers;
using StocksDapr.Market;

namespace StocksDapr.Collector.Collection;

/// <summary>
/// Tells what is due from one provider: compares what should be there by the calendar with what Query says is there. What is stored decides
/// alone; what was asked and answered only decides when to ask again. Safe to use from several threads.
/// </summary>
internal sealed class DueBars(
    CollectionPlan plan, Listing listing, IStoredBars storedBars, ExchangeCalendar calendar, TimeProvider time, CollectionOptions options, CollectorMetrics metrics)
    : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Symbol, Interval Interval), SeriesWatch> _watches = [];

    public CollectionPlan Plan => plan;

    public Listing Listing => listing;

    /// <summary>The start of the newest bar of an interval that should be there by now; null before the first.</summary>
    public DateTimeOffset? NewestDue(Interval interval) => SeriesWatch.LastDue(calendar, interval, time.GetUtcNow() - plan.Provider.Capabilities.Delay);

    /// <summary>When a bar of the calendar became due.</summary>
    public DateTimeOffset DueAt(Interval interval, DateTimeOffset start)
    {
        var session = calendar.SessionOn(DateOnly.FromDateTime(start.UtcDateTime));
        return session.BarEnd(interval, session.BarIndex(interval, start)) + plan.Provider.Capabilities.Delay;
    }

    /// <summary>The symbols that traded on a date, as far as the provider knows.</summary>
    /// <exception cref="ListingUnknownException">The provider does not say which instruments it has.</exception>
    public async Task<IReadOnlyList<string>> ListedOnAsync(DateOnly date, CancellationToken cancellationToken) =>
        [.. (await listing.GetAsync(cancellationToken)).Where(listed => listed.ListedOn is null || listed.ListedOn <= date).Select(listed => listed.Instrument.Symbol)];

    /// <summary>The ranges that are due of a series. Symbols of which the same range is due share one request, as many as the provider allows.</summary>
    /// <exception cref="StoredBarsUnknownException">Query cannot be asked.</exception>
    /// <exception cref="ListingUnknownException">The provider does not say which instruments it has.</exception>
    public async Task<IReadOnlyList<DueRequest>> FindAsync(SeriesPlan series, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var now = time.GetUtcNow();
            var instruments = await listing.GetAsync(cancellationToken);
            var stored = await storedBars.GetSeriesAsync([.. instruments.Select(listed => listed.Instrument.Symbol)], series.Interval, cancellationToken);
            var due = new List<DueRange>();
            long missingBars = 0;
            foreach (var listed in instruments)
            {
                var symbol = listed.Instrument.Symbol;
                var missing = await MissingAsync(series, listed, stored.GetValueOrDefault(symbol), now, cancellationToken);
                missingBars += missing.Count;
                lock (_gate)
                    due.AddRange(DueRange.Cut(symbol, Watch(symbol, series.Interval).Due(missing, now), series.Interval, plan.MaxBars, calendar));
            }

            metrics.BarsMissing(plan.Provider.Name, series.Interval.Code, missingBars);
            return [.. due.GroupBy(range => (range.From, range.To)).SelectMany(same => same.Chunk(plan.Provider.Capabilities.MaxSymbols)).Select(Request)];

            DueRequest Request(DueRange[] ranges) => new(
                series.Interval, ranges[0].From, ranges[0].To,
                [.. ranges.Select(range => new DueSymbol(range.Symbol, IsWhole(range, series.Interval) ? null : range.Starts))]);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>The provider has answered, and what it has is published: it is on its way now. What it does not have is remembered.</summary>
    public void Answered(string symbol, CollectPart part, IReadOnlyList<DateTimeOffset>? asked, IReadOnlySet<DateTimeOffset> answered)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            Watch(symbol, part.Interval).Answered(asked ?? SeriesWatch.Starts(calendar, part.Interval, part.From, part.To), answered, now);
        }
    }

    /// <summary>The provider gave no answer for a series.</summary>
    public void Failed(string symbol, Interval interval, ProviderError error)
    {
        lock (_gate)
            Watch(symbol, interval).Failed(error, time.GetUtcNow());
    }

    public void Dispose() => _one.Dispose();

    private async Task<IReadOnlyList<DateTimeOffset>> MissingAsync(
        SeriesPlan series, ListedInstrument listed, StoredSeries? stored, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (series.FirstStart(calendar, now, listed.ListedOn) is not { } first)
            return [];

        var symbol = listed.Instrument.Symbol;
        var asOf = now - plan.Provider.Capabilities.Delay;
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

    private bool IsWhole(DueRange range, Interval interval) => range.Starts.Count == calendar.CountBars(interval, range.From, range.To);

    private SeriesWatch Watch(string symbol, Interval interval)
    {
        if (!_watches.TryGetValue((symbol, interval), out var watch))
            _watches[(symbol, interval)] = watch = new SeriesWatch(calendar, interval, options);
        return watch;
    }
}

/// <summary>Bars of some symbols that one request can ask for.</summary>
internal sealed record DueRequest(Interval Interval, DateTimeOffset From, DateTimeOffset To, IReadOnlyList<DueSymbol> Symbols);

/// <param name="Starts">Which bars of the range are due; null for all that the calendar has.</param>
internal sealed record DueSymbol(string Symbol, IReadOnlyList<DateTimeOffset>? Starts);
