using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Support;

namespace StocksDapr.Sidecar.PubSub.InMemory;

public sealed class InMemoryBrokerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Nobody_waits_for_a_turn_at_a_subscription_that_has_ended()
    {
        var broker = Broker(maxInFlight: 1);
        var (arrived, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        var subscription = broker.Subscribe("app", Single(async _ =>
        {
            arrived.TrySetResult();
            await goOn.Task;
        }));
        await broker.PublishAsync(Message("A", 1), CancellationToken.None);
        await arrived.Task.WaitAsync(Patience);
        var waiting = broker.PublishAsync(Message("A", 2), CancellationToken.None);
        waiting.IsCompleted.Should().BeFalse("a delivery is under way");

        var stopping = subscription.StopAsync(CancellationToken.None);

        await waiting.WaitAsync(Patience);
        goOn.SetResult();
        await stopping.WaitAsync(Patience);
        await broker.PublishAsync(Message("A", 3), CancellationToken.None).WaitAsync(Patience);
    }

    [Fact]
    public async Task Messages_of_one_key_neither_overlap_nor_overtake_while_keys_run_beside_each_other()
    {
        var broker = Broker(maxInFlight: 8);
        var seen = new ConcurrentDictionary<string, List<int>>();
        var busy = new ConcurrentDictionary<string, bool>();
        var (atOnce, most, done, overlaps) = (0, 0, 0, 0);
        broker.Subscribe("app", Single(async message =>
        {
            if (!busy.TryAdd(message.PartitionKey!, true)) Interlocked.Increment(ref overlaps);
            InterlockedMax(ref most, Interlocked.Increment(ref atOnce));
            await Task.Yield();
            lock (seen) seen.GetOrAdd(message.PartitionKey!, _ => []).Add(message.Data.Span[0]);
            busy.TryRemove(message.PartitionKey!, out _);
            Interlocked.Decrement(ref atOnce);
            Interlocked.Increment(ref done);
        }));

        for (byte n = 0; n < 100; n++)
        {
            foreach (var key in new[] { "A", "B", "C", "D" }) await broker.PublishAsync(Message(key, n), CancellationToken.None);
        }

        await Eventually.BeTrueAsync(() => Volatile.Read(ref done) == 400);
        overlaps.Should().Be(0);
        most.Should().BeLessThanOrEqualTo(8);
        seen.Should().HaveCount(4);
        seen.Values.Should().OnlyContain(order => order.SequenceEqual(Enumerable.Range(0, 100)));
    }

    [Fact]
    public async Task Faithful_delivery_is_one_at_a_time_and_holds_the_publisher()
    {
        var broker = Broker(maxInFlight: 1);
        var gate = new SemaphoreSlim(0);
        var started = 0;
        broker.Subscribe("app", Single(async _ =>
        {
            Interlocked.Increment(ref started);
            await gate.WaitAsync();
        }));

        await broker.PublishAsync(Message("A", 1), CancellationToken.None).WaitAsync(Patience);
        var second = broker.PublishAsync(Message("B", 2), CancellationToken.None);

        await Eventually.BeTrueAsync(() => Volatile.Read(ref started) == 1);
        second.IsCompleted.Should().BeFalse();
        gate.Release();
        await second.WaitAsync(Patience);
        await Eventually.BeTrueAsync(() => Volatile.Read(ref started) == 2);
        gate.Release();
    }

    [Fact]
    public async Task Bulk_takes_what_is_queued_with_several_messages_of_one_key_in_order()
    {
        var broker = Broker(maxInFlight: 100);
        var gate = new TaskCompletionSource();
        var batches = new ConcurrentQueue<int[]>();
        broker.Subscribe("app", new SubscribeRequest("t", PubSubMessage.NoMetadata, 10, TimeSpan.FromMilliseconds(20), true, async (messages, _) =>
        {
            batches.Enqueue([.. messages.Select(message => (int)message.Data.Span[0])]);
            await gate.Task;
            return new Exception?[messages.Count];
        }));
        await broker.PublishAsync(Message("A", 0), CancellationToken.None);
        await Eventually.BeTrueAsync(() => batches.Count == 1);

        for (byte n = 1; n <= 20; n++) await broker.PublishAsync(Message("A", n), CancellationToken.None);
        gate.SetResult();

        await Eventually.BeTrueAsync(() => batches.Sum(batch => batch.Length) == 21);
        batches.SelectMany(batch => batch).Should().Equal(Enumerable.Range(0, 21));
        batches.Should().Contain(batch => batch.Length == 10);
    }

    [Fact]
    public async Task A_batch_that_does_not_fill_goes_out_after_its_time_while_others_are_under_way()
    {
        var broker = Broker(maxInFlight: 100);
        var batches = new ConcurrentQueue<int>();
        var never = new TaskCompletionSource();
        broker.Subscribe("app", new SubscribeRequest("t", PubSubMessage.NoMetadata, 10, TimeSpan.FromMilliseconds(20), true, async (messages, _) =>
        {
            batches.Enqueue(messages.Count);
            if (messages[0].PartitionKey == "slow") await never.Task;
            return new Exception?[messages.Count];
        }));
        await broker.PublishAsync(Message("slow", 0), CancellationToken.None);
        await Eventually.BeTrueAsync(() => batches.Count == 1);

        await broker.PublishAsync(Message("A", 1), CancellationToken.None);

        await Eventually.BeTrueAsync(() => batches.Count == 2);
        never.SetResult();
    }

    [Fact]
    public async Task A_full_queue_holds_publishers_back_until_there_is_place()
    {
        var broker = Broker(maxInFlight: 2, maxBytes: 10);
        var gate = new SemaphoreSlim(0);
        var delivered = 0;
        broker.Subscribe("app", Single(async _ =>
        {
            await gate.WaitAsync();
            Interlocked.Increment(ref delivered);
        }));
        for (byte n = 0; n < 10; n++) await broker.PublishAsync(Message(null, n), CancellationToken.None).WaitAsync(Patience);

        var held = broker.PublishAsync(Message(null, 10), CancellationToken.None);
        held.IsCompleted.Should().BeFalse("ten bytes are in the queue");
        gate.Release();
        await held.WaitAsync(Patience);

        gate.Release(10);
        await Eventually.BeTrueAsync(() => Volatile.Read(ref delivered) == 11);
    }

    [Fact]
    public async Task A_publisher_that_waits_too_long_is_told_and_leaves_no_trace()
    {
        var time = new ManualTimeProvider();
        var broker = Broker(maxInFlight: 2, maxBytes: 1, time: time);
        var gate = new SemaphoreSlim(0);
        var delivered = 0;
        broker.Subscribe("app", Single(async _ =>
        {
            await gate.WaitAsync();
            Interlocked.Increment(ref delivered);
        }));
        await broker.PublishAsync(Message(null, 0), CancellationToken.None);
        var held = broker.PublishAsync(Message(null, 1), CancellationToken.None);

        time.Advance(TimeSpan.FromSeconds(30));

        await ((Func<Task>)(() => held)).Should().ThrowAsync<QueueFullException>().WithMessage("*topic t is full*");
        gate.Release(10);
        await Eventually.BeTrueAsync(() => Volatile.Read(ref delivered) == 1);
        await broker.PublishAsync(Message(null, 2), CancellationToken.None).WaitAsync(Patience);
        await Eventually.BeTrueAsync(() => Volatile.Read(ref delivered) == 2);
    }

    [Fact]
    public async Task What_is_published_before_all_applications_were_asked_reaches_the_late_ones_too()
    {
        var mesh = new SidecarMesh(["early", "late"]);
        var broker = Broker(maxInFlight: 4, mesh: mesh);
        var (early, late) = (new ConcurrentQueue<int>(), new ConcurrentQueue<int>());
        broker.Subscribe("early", Single(message => Record(early, message)));
        mesh.AppAsked("early");
        await broker.PublishAsync(Message("A", 1), CancellationToken.None);
        await broker.PublishAsync(Message("A", 2), CancellationToken.None);

        broker.Subscribe("late", Single(message => Record(late, message)));
        mesh.AppAsked("late");
        await broker.PublishAsync(Message("A", 3), CancellationToken.None);

        await Eventually.BeTrueAsync(() => early.Count == 3 && late.Count == 3);
        early.Should().Equal(1, 2, 3);
        late.Should().Equal(1, 2, 3);
    }

    [Fact]
    public async Task Afterwards_a_topic_without_subscriber_drops()
    {
        var mesh = new SidecarMesh(["only"]);
        var broker = Broker(maxInFlight: 4, mesh: mesh);
        mesh.AppAsked("only");
        await broker.PublishAsync(Message("A", 1), CancellationToken.None);
        var seen = new ConcurrentQueue<int>();

        broker.Subscribe("only", Single(message => Record(seen, message)));
        await broker.PublishAsync(Message("A", 2), CancellationToken.None);

        await Eventually.BeTrueAsync(() => !seen.IsEmpty);
        seen.Should().Equal(2);
    }

    [Fact]
    public async Task A_pause_puts_back_what_was_under_way_in_its_order()
    {
        var broker = Broker(maxInFlight: 4);
        var seen = new ConcurrentQueue<int>();
        var arrived = new TaskCompletionSource();
        var first = broker.Subscribe("app", new SubscribeRequest("t", PubSubMessage.NoMetadata, 1, TimeSpan.Zero, false, async (messages, token) =>
        {
            arrived.TrySetResult();
            await Task.Delay(Timeout.Infinite, token);
            return new Exception?[messages.Count];
        }));
        for (byte n = 1; n <= 3; n++) await broker.PublishAsync(Message("A", n), CancellationToken.None);
        await arrived.Task.WaitAsync(Patience);

        await first.StopAsync(new CancellationToken(canceled: true)).WaitAsync(Patience);
        broker.Subscribe("app", Single(message => Record(seen, message)));

        await Eventually.BeTrueAsync(() => seen.Count == 3);
        seen.Should().Equal(1, 2, 3);
    }

    [Fact]
    public async Task A_failed_delivery_is_forgotten_and_the_next_one_comes()
    {
        var broker = Broker(maxInFlight: 1);
        var seen = new ConcurrentQueue<int>();
        broker.Subscribe("app", Single(message => message.Data.Span[0] == 1 ? throw new IOException("no") : Record(seen, message)));

        await broker.PublishAsync(Message("A", 1), CancellationToken.None);
        await broker.PublishAsync(Message("A", 2), CancellationToken.None).WaitAsync(Patience);

        await Eventually.BeTrueAsync(() => seen.Count == 1);
        seen.Should().Equal(2);
    }

    [Theory]
    [InlineData("orders*", "orders.new", true)]
    [InlineData("orders*", "orders", false)]
    [InlineData("orders", "orders", true)]
    [InlineData("orders", "Orders", false)]
    public void A_star_at_the_end_matches_longer_topics(string subscribed, string topic, bool matches) =>
        InMemoryBroker.Matches(subscribed, topic).Should().Be(matches);

    private static InMemoryBroker Broker(int maxInFlight, long maxBytes = 1 << 20, SidecarMesh? mesh = null, TimeProvider? time = null) =>
        new("bus", new BrokerSettings(maxInFlight, maxBytes), mesh ?? new SidecarMesh(), NullLoggerFactory.Instance, time ?? TimeProvider.System);

    private static PubSubMessage Message(string? key, byte n) => new("t", new[] { n }, PubSubMessage.NoMetadata) { PartitionKey = key };

    private static SubscribeRequest Single(Func<PubSubMessage, Task> deliver) => new("t", PubSubMessage.NoMetadata, 1, TimeSpan.Zero, false, async (messages, _) =>
    {
        await deliver(messages[0]);
        return [null];
    });

    private static Task Record(ConcurrentQueue<int> into, PubSubMessage message)
    {
        into.Enqueue(message.Data.Span[0]);
        return Task.CompletedTask;
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref target)) < value && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }
}
