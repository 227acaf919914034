using System.Collections.Concurrent;
using Dapr;
using Microsoft.Extensions.Logging.Abstractions;
using StocksDapr.Collector.Publishing;
using StocksDapr.Contracts;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;
using StocksDapr.Support;

namespace StocksDapr.Collector.Tests.Publishing;

public sealed class BarPublisherTests : IDisposable
{
    private readonly CollectorMetrics _metrics = new();
    private readonly ManualTimeProvider _time = new();
    private readonly Broker _broker = new();
    private readonly BarPublisher _publisher;

    public BarPublisherTests() => _publisher = new BarPublisher(_broker, _time, _metrics, NullLogger<BarPublisher>.Instance);

    public void Dispose() => _metrics.Dispose();

    [Fact]
    public async Task Order_of_each_symbol_is_kept_while_symbols_go_at_the_same_time()
    {
        var batches = Enumerable.Range(0, 200).Select(number => Batch($"S{number % 7}", number)).ToList();

        await _publisher.PublishAsync(Topics.RawBarsHistory, batches, default);

        foreach (var symbol in batches.GroupBy(batch => batch.Symbol))
            _broker.Taken.Where(batch => batch.Symbol == symbol.Key).Should().Equal(symbol);
        _broker.MostAtOnce.Should().BeInRange(2, 8);
    }

    [Fact]
    public async Task Symbol_is_the_partition_key()
    {
        await _publisher.PublishAsync(Topics.RawBars, Batch("A", 1), default);

        _broker.Keys.Should().Equal("A");
    }

    [Theory]
    [InlineData(typeof(DaprException))]
    [InlineData(typeof(HttpRequestException))]
    [InlineData(typeof(TaskCanceledException))]
    public async Task Refused_message_is_tried_again_after_ever_longer_waits_of_at_most_five_seconds(Type refusal)
    {
        _broker.Refuse(8, () => (Exception)Activator.CreateInstance(refusal, "no")!);
        var publishing = _publisher.PublishAsync(Topics.RawBars, Batch("A", 1), default);

        foreach (var wait in new[] { 100, 200, 400, 800, 1600, 3200, 5000, 5000 })
        {
            await Eventually.BeTrueAsync(() => _time.PendingTimers == 1);
            _time.Advance(TimeSpan.FromMilliseconds(wait - 1));
            _broker.Taken.Should().BeEmpty();
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }

        await publishing;
        _broker.Taken.Should().HaveCount(1);
    }

    [Fact]
    public async Task Later_batches_of_a_symbol_do_not_overtake_a_refused_one()
    {
        _broker.Refuse(1, () => new DaprException("full"));
        var batches = new[] { Batch("A", 1), Batch("A", 2), Batch("A", 3) };
        var publishing = _publisher.PublishAsync(Topics.RawBars, batches, default);
        await Eventually.BeTrueAsync(() => _time.PendingTimers == 1);
        _broker.Taken.Should().BeEmpty();

        _time.Advance(TimeSpan.FromSeconds(1));
        await publishing;

        _broker.Taken.Should().Equal(batches);
    }

    [Fact]
    public async Task Bug_is_not_tried_again()
    {
        _broker.Refuse(1, () => new InvalidOperationException("bug"));

        await FluentActions.Awaiting(() => _publisher.PublishAsync(Topics.RawBars, Batch("A", 1), default))
            .Should().ThrowAsync<InvalidOperationException>();
    }

    [Fact]
    public async Task Cancellation_ends_the_wait()
    {
        _broker.Refuse(int.MaxValue, () => new DaprException("full"));
        using var cancellation = new CancellationTokenSource();
        var publishing = _publisher.PublishAsync(Topics.RawBars, Batch("A", 1), cancellation.Token);
        await Eventually.BeTrueAsync(() => _time.PendingTimers == 1);

        await cancellation.CancelAsync();

        await FluentActions.Awaiting(() => publishing).Should().ThrowAsync<OperationCanceledException>();
    }

    private static RawBars Batch(string symbol, int number) => new(
        symbol,
        Interval.OneDay,
        new Provenance("test", $"request-{number}", DateTimeOffset.UnixEpoch),
        [new RawBar(DateTimeOffset.UnixEpoch, 1, 1, 1, 1, 1)]);

    private sealed class Broker : IMessagePublisher
    {
        private readonly ConcurrentQueue<RawBars> _taken = new();
        private readonly ConcurrentQueue<string> _keys = new();
        private Func<Exception>? _refusal;
        private int _refusals;
        private int _now;
        private int _most;

        public RawBars[] Taken => [.. _taken];

        public string[] Keys => [.. _keys];

        public int MostAtOnce => _most;

        public void Refuse(int times, Func<Exception> refusal) => (_refusals, _refusal) = (times, refusal);

        public async Task PublishAsync<T>(string topic, string partitionKey, T message, CancellationToken cancellationToken)
        {
            InterlockedMax(ref _most, Interlocked.Increment(ref _now));
            await Task.Yield();
            Interlocked.Decrement(ref _now);
            if (Interlocked.Decrement(ref _refusals) >= 0)
                throw _refusal!();

            _keys.Enqueue(partitionKey);
            _taken.Enqueue((RawBars)(object)message!);
        }

        private static void InterlockedMax(ref int target, int value)
        {
            for (var seen = target; value > seen; seen = target)
                Interlocked.CompareExchange(ref target, value, seen);
        }
    }
}
