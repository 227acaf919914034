using Dapr;
using StocksDapr.Collector.Collection;
using StocksDapr.Collector.Publishing;
using StocksDapr.Contracts;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Tests.Collection;

/// <summary>Broker, Writer and Query in one: what is published is stored at once, except for what a test loses or holds back.</summary>
internal sealed class FakeStore : IMessagePublisher, IStoredBars
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Symbol, Interval Interval), SortedSet<DateTimeOffset>> _stored = [];

    public List<(string Topic, string Key, object Message)> Published { get; } = [];

    public IEnumerable<RawBars> Batches
    {
        get
        {
            lock (_gate)
                return [.. Published.Select(published => published.Message).OfType<RawBars>()];
        }
    }

    /// <summary>Which messages never arrive.</summary>
    public Func<RawBars, bool> Loses { get; set; } = _ => false;

    public bool QueryIsDown { get; set; }

    /// <summary>Fails as only a bug does.</summary>
    public bool Breaks { get; set; }

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
                Store(batch.Symbol, batch.Interval, batch.Bars.Select(bar => bar.Start));
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
        return Task.FromResult<IReadOnlyDictionary<string, StoredSeries>>(_stored
            .Where(series => series.Key.Interval == interval && symbols.Contains(series.Key.Symbol) && series.Value.Count > 0)
            .ToDictionary(series => series.Key.Symbol, series => new StoredSeries(series.Value.Min, series.Value.Max, series.Value.Count)));
    }

    public Task<IReadOnlyList<DateTimeOffset>> GetStartsAsync(
        string symbol, Interval interval, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        EnsureUp();
        StartsAsked++;
        return Task.FromResult<IReadOnlyList<DateTimeOffset>>([.. Stored(symbol, interval).Where(start => start >= from && start <= to)]);
    }

    public IEnumerable<string> TopicsOfBars() => Published
        .Where(published => published.Message is RawBars)
        .Select(published => published.Topic == Topics.RawBars ? "live" : published.Topic == Topics.RawBarsHistory ? "history" : published.Topic);

    private void EnsureUp()
    {
        if (Breaks)
            throw new InvalidOperationException("A bug.");
        if (QueryIsDown)
            throw new StoredBarsUnknownException("Connection refused.");
    }
}
