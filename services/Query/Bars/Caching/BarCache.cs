using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using StocksDapr.Market;
using StocksDapr.Query.Storage;

namespace StocksDapr.Query.Bars.Caching;

/// <summary>
/// Rendered bars in memory. While it is on, an answer misses nothing whose stored event was obeyed (<see cref="Invalidate"/>) before the
/// question came; while it is off, everything is read from the database.
/// </summary>
/// <remarks>
/// Why no stale block can stay: whoever reads from the database notes the stripe's generation before, and keeps what it read only if the
/// generation is the same after, checked under the lock under which an event moves it on and drops what it concerns. A commit that the
/// read did not see is announced after the read began: either before the check (the result is not kept) or after (it is dropped).
/// </remarks>
internal sealed class BarCache
{
    private const int StripeCount = 1024;

    /// <summary>Periods that one read fetches at most, when a request goes through many of them.</summary>
    private const int MaxPeriodsPerLoad = 64;

    private readonly IBarStore _store;
    private readonly QueryMetrics _metrics;
    private readonly BlockRoom _room;
    private readonly Stripe[] _stripes = [.. Enumerable.Range(0, StripeCount).Select(_ => new Stripe())];
    private readonly ConcurrentDictionary<string, SeriesEntry>[] _entries =
        [.. Enumerable.Range(0, Interval.All.Max(interval => interval.Id) + 1).Select(_ => new ConcurrentDictionary<string, SeriesEntry>(StringComparer.Ordinal))];

    private readonly bool _hasRoom;
    private volatile bool _on;

    public BarCache(IBarStore store, IOptions<QueryOptions> options, QueryMetrics metrics)
    {
        _store = store;
        _metrics = metrics;
        _hasRoom = options.Value.CacheMebibytes > 0;
        _room = new BlockRoom(options.Value.CacheMebibytes * 1024L * 1024L, metrics);
    }

    public bool IsOn => _on;

    public long Bytes => _room.Bytes;

    /// <summary>To be called once every later commit is sure to be announced to <see cref="Invalidate"/>.</summary>
    public void TurnOn()
    {
        Clear();
        _on = _hasRoom;
        _metrics.Listening(_on);
    }

    /// <summary>To be called as soon as an announcement may have been missed.</summary>
    public void TurnOff()
    {
        _on = false;
        _metrics.Listening(false);
        Clear();
    }

    /// <summary>Forgets everything, whatever is under way included.</summary>
    public void Clear()
    {
        foreach (var stripe in _stripes)
        {
            lock (stripe.Gate)
                stripe.Generation++;
        }

        // What was kept before its stripe's turn goes now; after it, nothing begun earlier is kept any more.
        foreach (var entries in _entries)
            entries.Clear();
        _room.Clear();
    }

    /// <summary>Obeys a stored event: bars of the series that start from <paramref name="from"/> to <paramref name="to"/> may have changed.</summary>
    /// <param name="from">Seconds since 1970 UTC, inclusive, as <paramref name="to"/>.</param>
    public void Invalidate(string symbol, Interval interval, long from, long to)
    {
        var stripe = StripeOf(symbol, interval);
        lock (stripe.Gate)
        {
            stripe.Generation++;
            if (!_entries[interval.Id].TryGetValue(symbol, out var entry))
                return;

            entry.Series = null;
            var (first, last) = (BlockPeriods.At(interval, from), BlockPeriods.At(interval, to));
            foreach (var (period, block) in entry.Blocks)
            {
                if (period >= first && period <= last && entry.Blocks.TryRemove(period, out _))
                    _room.Remove(block);
            }
        }

        _metrics.Invalidated();
    }

    /// <summary>Finds series, in the order asked; null where the symbol is unknown (which is never remembered).</summary>
    public ValueTask<Series?[]> FindAsync(string[] symbols, Interval interval, CancellationToken cancellationToken)
    {
        var found = new Series?[symbols.Length];
        var missing = 0;
        if (!_on)
            return new ValueTask<Series?[]>(FindMissingAsync(symbols, interval, found, cancellationToken));

        var entries = _entries[interval.Id];
        for (var i = 0; i < symbols.Length; i++)
        {
            if (entries.TryGetValue(symbols[i], out var entry) && entry.Series is { } series)
                found[i] = series;
            else
                missing++;
        }

        return missing == 0
            ? new ValueTask<Series?[]>(found)
            : new ValueTask<Series?[]>(FindMissingAsync(symbols, interval, found, cancellationToken));
    }

    /// <summary>A block of a series: from memory, from a read that is under way, or from the database.</summary>
    /// <param name="lastPeriod">How far the request may go on; later periods are read along with this one if it already went through many.</param>
    /// <param name="ahead">How many periods to read at once, this one included.</param>
    public ValueTask<Block> GetAsync(Series series, int period, int lastPeriod, int ahead, CancellationToken cancellationToken)
    {
        if (_on && _entries[series.Interval.Id].TryGetValue(series.Symbol, out var entry))
        {
            if (entry.Blocks.TryGetValue(period, out var cached))
            {
                if (!cached.Used)
                    cached.Used = true;
                return new ValueTask<Block>(cached.Block);
            }

            return new ValueTask<Block>(JoinOrLoadAsync(entry, series, period, Last(period, lastPeriod, ahead), cancellationToken));
        }

        return new ValueTask<Block>(LoadUncachedAsync(series, period, cancellationToken));
    }

    private static int Last(int period, int lastPeriod, int ahead) => Math.Min(lastPeriod, period + Math.Clamp(ahead, 1, MaxPeriodsPerLoad) - 1);

    private Stripe StripeOf(string symbol, Interval interval) =>
        _stripes[(uint)HashCode.Combine(string.GetHashCode(symbol, StringComparison.Ordinal), interval.Id) % StripeCount];

    private async Task<Series?[]> FindMissingAsync(string[] symbols, Interval interval, Series?[] found, CancellationToken cancellationToken)
    {
        var missing = new Dictionary<string, (int Index, long Generation)>(StringComparer.Ordinal);
        for (var i = 0; i < symbols.Length; i++)
        {
            if (found[i] is null)
                missing[symbols[i]] = (i, GenerationOf(StripeOf(symbols[i], interval)));
        }

        _metrics.Loaded();
        foreach (var series in await _store.FindSeriesAsync(missing.Keys, interval, cancellationToken))
        {
            var (index, generation) = missing[series.Symbol];
            found[index] = series;
            Keep(series, generation);
        }

        return found;
    }

    private static long GenerationOf(Stripe stripe)
    {
        lock (stripe.Gate)
            return stripe.Generation;
    }

    private void Keep(Series series, long generation)
    {
        var stripe = StripeOf(series.Symbol, series.Interval);
        lock (stripe.Gate)
        {
            if (_on && stripe.Generation == generation)
                _entries[series.Interval.Id].GetOrAdd(series.Symbol, static (_, stripe) => new SeriesEntry(stripe), stripe).Series = series;
        }
    }

    private async Task<Block> LoadUncachedAsync(Series series, int period, CancellationToken cancellationToken)
    {
        _metrics.Loaded();
        return (await _store.LoadAsync(series, period, period, cancellationToken))[0];
    }

    private Task<Block> JoinOrLoadAsync(SeriesEntry entry, Series series, int period, int lastPeriod, CancellationToken cancellationToken)
    {
        BlockLoad load;
        lock (entry.Stripe.Gate)
        {
            if (entry.Blocks.TryGetValue(period, out var cached))
                return Task.FromResult(cached.Block);
            if (entry.Loads.TryGetValue(period, out var underway) && underway.Generation == entry.Stripe.Generation)
                return underway.BlockAsync(period, cancellationToken);

            var last = period;
            while (last < lastPeriod && !entry.Blocks.ContainsKey(last + 1) && !entry.Loads.ContainsKey(last + 1))
                last++;
            load = new BlockLoad(entry.Stripe.Generation, period, last);
            for (var p = period; p <= last; p++)
                entry.Loads[p] = load;
        }

        _ = RunAsync(entry, series, load);
        return load.BlockAsync(period, cancellationToken);
    }

    /// <summary>
    /// Reads for all who wait; none of them can cancel it for the others, the statement timeout bounds it. Every failure goes to those who wait.
    /// </summary>
    private async Task RunAsync(SeriesEntry entry, Series series, BlockLoad load)
    {
        try
        {
            _metrics.Loaded();
            var blocks = await _store.LoadAsync(series, load.FirstPeriod, load.LastPeriod, CancellationToken.None);
            Finish(entry, load, blocks, series);
            load.Complete(blocks);
        }
        catch (Exception e)
        {
            Finish(entry, load, null, series);
            load.Fail(e);
        }
    }

    private void Finish(SeriesEntry entry, BlockLoad load, Block[]? blocks, Series series)
    {
        lock (entry.Stripe.Gate)
        {
            var keep = blocks is not null && _on && entry.Stripe.Generation == load.Generation
                && _entries[series.Interval.Id].TryGetValue(series.Symbol, out var current) && ReferenceEquals(current, entry);
            for (var period = load.FirstPeriod; period <= load.LastPeriod; period++)
            {
                if (entry.Loads.TryGetValue(period, out var registered) && ReferenceEquals(registered, load))
                    entry.Loads.Remove(period);
                if (!keep)
                    continue;

                var cached = new CachedBlock(entry, period, blocks![period - load.FirstPeriod]);
                if (entry.Blocks.TryAdd(period, cached))
                    _room.Add(cached);
            }
        }
    }
}
