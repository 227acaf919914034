using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StocksDapr.Collector.Collection;
using StocksDapr.Collector.Providers.Simulated;
using StocksDapr.Collector.Publishing;
using StocksDapr.Market;
using StocksDapr.Support;

namespace StocksDapr.Collector.Tests.Collection;

public sealed class CollectionWorkerTests : IDisposable
{
    private readonly CollectorMetrics _metrics = new();
    private readonly ManualTimeProvider _time = new(DateTimeOffset.Parse("2026-11-20T17:05:00Z"));
    private readonly FakeStore _store = new();
    private readonly MessageLog _log = new();
    private readonly SimulatedProvider _provider;
    private readonly CollectionWorker _worker;

    public CollectionWorkerTests()
    {
        _provider = new SimulatedProvider(new SimulatedMarket(1, 2), new SimulatedOptions(), _time, _metrics);
        var collection = new PlanCollection(
            new CollectionPlan(_provider, [new SeriesPlan(Interval.FifteenMinutes, Sessions: 2)]),
            _store,
            ExchangeCalendar.UsEquities,
            new BarPublisher(_store, _time, _metrics, NullLogger<BarPublisher>.Instance),
            _time,
            new CollectionOptions(),
            _metrics,
            NullLogger.Instance);
        _worker = new CollectionWorker([collection], _time, _metrics, _log);
    }

    public void Dispose()
    {
        _worker.Dispose();
        _provider.Dispose();
        _metrics.Dispose();
    }

    [Fact]
    public async Task Collects_at_start_without_being_asked()
    {
        await _worker.StartAsync(default);

        await Eventually.BeTrueAsync(() => _store.Batches.Count() == 2);
    }

    [Fact]
    public async Task Waits_for_query_at_start_and_collects_a_second_after_it_answers()
    {
        _store.QueryIsDown = true;
        await _worker.StartAsync(default);
        await Eventually.BeTrueAsync(() => _time.PendingTimers == 1);
        _store.QueryIsDown = false;

        _time.Advance(TimeSpan.FromSeconds(1));

        await Eventually.BeTrueAsync(() => _store.Batches.Count() == 2);
        _log.Messages.Should().NotContain(message => message.Contains("Query"), "a start in any order is not worth a warning");
    }

    [Fact]
    public async Task Says_once_that_query_cannot_be_asked_and_once_that_it_can()
    {
        await _worker.StartAsync(default);
        await Eventually.BeTrueAsync(() => _log.Messages.Any(message => message.StartsWith("Collected")));
        _store.QueryIsDown = true;
        for (var i = 0; i < 3; i++)
        {
            var asked = _store.SeriesAsked;
            _worker.Request();
            await Eventually.BeTrueAsync(() => _store.SeriesAsked > asked);
        }

        _store.QueryIsDown = false;
        _worker.Request();

        await Eventually.BeTrueAsync(() => _log.Messages.Any(message => message == "Query answers again"));
        _log.Messages.Should().ContainSingle(message => message.StartsWith("Query cannot be asked"));
    }

    [Fact]
    public async Task Asking_many_times_while_one_runs_means_one_more()
    {
        _store.Refusals = 1;
        await _worker.StartAsync(default);
        await Eventually.BeTrueAsync(() => _time.PendingTimers == 1);

        for (var i = 0; i < 100; i++)
            _worker.Request();

        // Time goes on until the refused message is tried again: the timer that was pending may have been another one's.
        await Eventually.BeTrueAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return _store.SeriesAsked == 2;
        });
        await _worker.StopAsync(default);
        _store.SeriesAsked.Should().Be(2);
    }

    [Fact]
    public async Task Failure_ends_a_collection_and_not_the_worker()
    {
        _store.Breaks = true;
        await _worker.StartAsync(default);
        await Eventually.BeTrueAsync(() => _log.Messages.Any(message => message.StartsWith("The collection failed")));
        _store.Breaks = false;

        _worker.Request();

        await Eventually.BeTrueAsync(() => _store.Batches.Count() == 2);
    }

    [Fact]
    public async Task Stops_at_once_while_the_broker_refuses()
    {
        _store.Refusals = int.MaxValue;
        await _worker.StartAsync(default);
        await Eventually.BeTrueAsync(() => _time.PendingTimers == 1);

        await _worker.StopAsync(default).WaitAsync(TimeSpan.FromSeconds(10));
    }

    private sealed class MessageLog : ILogger<CollectionWorker>
    {
        private readonly List<string> _messages = [];

        public IReadOnlyList<string> Messages
        {
            get
            {
                lock (_messages)
                    return [.. _messages];
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_messages)
                _messages.Add(formatter(state, exception));
        }
    }
}
