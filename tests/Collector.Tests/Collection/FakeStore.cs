using Dapr;
using StocksDapr.Collector.Collection;
using StocksDapr.Collector.CrossChecks;
using StocksDapr.Collector.Parts;
using StocksDapr.Collector.Publishing;
using StocksDapr.Contracts;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Tests.Collection;

/// <summary>Broker, Writer and Query in one: what is published is stored at once, except for what a test loses or holds back.</summary>
internal sealed class FakeStore : IMessagePublisher, IStoredBars, IRunReceipts, IStoredValues
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Symbol, Interval Interval), SortedSet<DateTimeOffset>> _stored = [];
    private readonly Dictionary<(string Run, int Number), MessageReceipt> _receipts = [];

    public List<(string Topic, string Key, object Message)> Published { get; } = [];

    public IReadOnlyList<RawBars> Batches => All<RawBars>();

    public IReadOnlyList<RunEvent> Events => All<RunEvent>();

    /// <summary>Which messages never arrive.</summary>
    public Func<RawBars, bool> Loses { get; set; } = _ => false;

    /// <summary>Which bars end in quarantine.</summary>
    public Func<string, RawBar, bool> Quarantines { get; set; } = (_, _) => false;

    public bool QueryIsDown { get; set; }

    /// <summary>How many questions to Query fail from now on.</summary>
    public int QueryFailures { get; set; }

    /// <summary>How many attempts to publish fail from now on.</summary>
    public int Refusals { get; set; }

    public int StartsAsked { get; private set; }

    public int SeriesAsked { get; private set; }

    public Task PublishAsync<T>(string topic, string partitionKey, T message, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (Refusals > 0)
            {
                Refusals--;
                throw new DaprException("The broker is full.");
            }

            Published.Add((topic, partitionKey, message!));
            if (message is RawBars batch && !Loses(batch))
                Store(batch);
        }

        return Task.CompletedTask;
    }

    public void Store(string symbol, Interval interval, IEnumerable<DateTimeOffset> starts)
    {
        if (!_stored.TryGetValue((symbol, interval), out var stored))
            _stored[(symbol, interval)] = stored = [];
        stored.UnionWith(starts);
    }

    public SortedSet<DateTimeOffset> Stored(string symbol, Interval interval) => _stored.GetValueOrDefault((symbol, interval), []);

    public Task<IReadOnlyDictionary<string, StoredSeries>> GetSeriesAsync(
        IReadOnlyCollection<string> symbols, Interval interval, CancellationToken cancellationToken)
    {
        SeriesAsked++;
        EnsureUp();
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyDictionary<string, StoredSeries>>(_stored
                .Where(series => series.Key.Interval == interval && symbols.Contains(series.Key.Symbol) && series.Value.Count > 0)
                .ToDictionary(series => series.Key.Symbol, series => new StoredSeries(series.Value.Min, series.Value.Max, series.Value.Count)));
        }
    }

    public Task<IReadOnlyDictionary<string, IReadOnlyList<DateTimeOffset>>> GetStartsAsync(
        IReadOnlyCollection<string> symbols, Interval interval, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        EnsureUp();
        StartsAsked++;
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyDictionary<string, IReadOnlyList<DateTimeOffset>>>(symbols.ToDictionary(
                symbol => symbol, symbol => (IReadOnlyList<DateTimeOffset>)[.. Stored(symbol, interval).Where(start => start >= from && start <= to)]));
        }
    }

    public Task<IReadOnlyList<MessageReceipt>> GetAsync(string runId, int from, int to, CancellationToken cancellationToken)
    {
        EnsureUp();
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<MessageReceipt>>(
                [.. _receipts.Where(receipt => receipt.Key.Run == runId && receipt.Key.Number >= from && receipt.Key.Number <= to).Select(receipt => receipt.Value)]);
        }
    }

    Task<IReadOnlyList<SourcedBar>> IStoredValues.GetAsync(string symbol, Interval interval, Session session, CancellationToken cancellationToken)
    {
        EnsureUp();
        return Task.FromResult<IReadOnlyList<SourcedBar>>(
        [
            .. Batches.Where(batch => batch.Symbol == symbol && batch.Interval == interval)
                .SelectMany(batch => batch.Bars, (batch, bar) => new SourcedBar(
                    bar.Start, bar.Open.Number!.Value, bar.High.Number!.Value, bar.Low.Number!.Value, bar.Close.Number!.Value, bar.Volume.Number!.Value, batch.Provenance.Provider))
                .Where(bar => DateOnly.FromDateTime(bar.Start.UtcDateTime) == session.Date).OrderBy(bar => bar.Start),
        ]);
    }

    public IEnumerable<string> TopicsOfBars() => Published
        .Where(published => published.Message is RawBars)
        .Select(published => published.Topic == Topics.RawBars ? "live" : published.Topic == Topics.RawBarsHistory ? "history" : published.Topic);

    private void Store(RawBars batch)
    {
        var good = batch.Bars.Where(bar => !Quarantines(batch.Symbol, bar)).Select(bar => bar.Start).ToHashSet();
        var before = Stored(batch.Symbol, batch.Interval).Count;
        Store(batch.Symbol, batch.Interval, good);
        var inserted = Stored(batch.Symbol, batch.Interval).Count - before;
        if (batch.Provenance.Import is { } place)
        {
            _receipts.TryAdd(
                (place.ImportId, place.Number),
                new MessageReceipt(place.Number, batch.Bars.Count, inserted, 0, good.Count - inserted, batch.Bars.Count - good.Count, 0));
        }
    }

    private List<T> All<T>()
    {
        lock (_gate)
            return [.. Published.Select(published => published.Message).OfType<T>()];
    }

    private void EnsureUp()
    {
        if (QueryFailures > 0)
            QueryFailures--;
        else if (!QueryIsDown)
            return;
        throw new StoredBarsUnknownException("Connection refused.");
    }
}
