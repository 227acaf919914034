using System.Collections.Concurrent;
using StocksDapr.Support;

namespace StocksDapr.Sidecar.PubSub.Behaviour;

/// <summary>What every broker of the sidecar does, whatever it is made of. A broker is added by a fixture and a class with nothing in it.</summary>
public abstract class BrokerBehaviour(IBrokerUnderTest broker)
{
    private const int Many = 100_000;
    private const int BulkSize = 1000;

    /// <summary>For what takes a slow machine its time.</summary>
    protected static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task What_the_application_could_not_do_comes_again_until_it_can()
    {
        var space = await broker.CreateSpaceAsync();
        var tries = new ConcurrentDictionary<int, int>();
        await using var consumer = await Consumer.StartAsync(space, new ConsumerOptions
        {
            Judge = (number, _) => Task.FromResult(tries.AddOrUpdate(number, 1, (_, before) => before + 1) <= number % 4 ? "RETRY" : "SUCCESS"),
        });
        await using var publisher = await Publisher.StartAsync(space);

        await publisher.PublishAllAsync(Enumerable.Range(0, 20));

        await Eventually.BeTrueAsync(() => consumer.Taken.Count == 20, Patience);
        consumer.Taken.Should().BeEquivalentTo(Enumerable.Range(0, 20));
        tries.Should().OnlyContain(entry => entry.Value == (entry.Key % 4) + 1);
    }

    [Fact]
    public async Task Of_a_batch_only_what_failed_comes_again()
    {
        var space = await broker.CreateSpaceAsync();
        var tries = new ConcurrentDictionary<int, int>();
        await using var consumer = await Consumer.StartAsync(space, new ConsumerOptions
        {
            Bulk = 10,
            Judge = (number, _) => Task.FromResult(tries.AddOrUpdate(number, 1, (_, before) => before + 1) == 1 && number % 5 == 0 ? "RETRY" : "SUCCESS"),
        });
        await using var publisher = await Publisher.StartAsync(space);

        await publisher.PublishAllAsync(Enumerable.Range(0, 40));

        await Eventually.BeTrueAsync(() => consumer.Taken.Count == 40, Patience);
        tries.Should().OnlyContain(entry => entry.Value == (entry.Key % 5 == 0 ? 2 : 1));
    }

    [Fact]
    public async Task Messages_of_one_symbol_stay_in_order_also_when_some_of_them_fail_at_first()
    {
        var space = await broker.CreateSpaceAsync();
        var tries = new ConcurrentDictionary<int, int>();
        await using var consumer = await Consumer.StartAsync(space, new ConsumerOptions
        {
            IsOrdered = true,
            Judge = async (number, token) =>
            {
                // The earlier of two neighbours of a symbol takes longer, and one in ten has to come again.
                await Task.Delay(number / Publisher.Symbols % 2 == 0 ? 6 : 0, token);
                return tries.AddOrUpdate(number, 1, (_, before) => before + 1) == 1 && number % 10 == 3 ? "RETRY" : "SUCCESS";
            },
        });
        await using var publisher = await Publisher.StartAsync(space);

        await publisher.PublishAllAsync(Enumerable.Range(0, 70));
        for (var number = 70; number < 100; number++) await publisher.PublishAsync(number);

        await Eventually.BeTrueAsync(() => consumer.Taken.Count >= 100, Patience);
        foreach (var symbol in consumer.Taken.GroupBy(number => number % Publisher.Symbols)) symbol.Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task Batches_keep_the_order_of_a_symbol()
    {
        var space = await broker.CreateSpaceAsync();
        await using var consumer = await Consumer.StartAsync(space, new ConsumerOptions { Bulk = 8 });
        await using var publisher = await Publisher.StartAsync(space);

        await publisher.PublishAllAsync(Enumerable.Range(0, 300));
        await publisher.PublishAllAsync(Enumerable.Range(300, 300));

        await Eventually.BeTrueAsync(() => consumer.Taken.Count == 600, Patience);
        foreach (var symbol in consumer.Taken.GroupBy(number => number % Publisher.Symbols)) symbol.Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
    }

    [Theory]
    [InlineData(null)]
    [InlineData(5)]
    public async Task What_can_never_succeed_goes_to_the_dead_letter_topic_and_the_rest_goes_on(int? bulk)
    {
        var space = await broker.CreateSpaceAsync();
        await using var consumer = await Consumer.StartAsync(space, new ConsumerOptions
        {
            Bulk = bulk,
            DeadLetterTopic = "dead",
            Judge = (number, _) => Task.FromResult(number % 10 == 4 ? "DROP" : "SUCCESS"),
        });
        await using var publisher = await Publisher.StartAsync(space);

        await publisher.PublishAllAsync(Enumerable.Range(0, 30));

        await Eventually.BeTrueAsync(() => consumer.Taken.Count == 27 && consumer.DeadLetters.Count == 3, Patience);
        consumer.DeadLetters.Should().BeEquivalentTo([4, 14, 24]);
        consumer.Taken.Should().NotContain(number => number % 10 == 4);
    }

    [Fact]
    public async Task An_application_that_was_killed_gets_everything_when_it_is_back()
    {
        var space = await broker.CreateSpaceAsync();
        var isStuck = true;
        await using var consumer = await Consumer.StartAsync(space, new ConsumerOptions
        {
            Judge = async (_, token) =>
            {
                if (Volatile.Read(ref isStuck)) await Task.Delay(Timeout.Infinite, token);
                return "SUCCESS";
            },
        });
        await using var publisher = await Publisher.StartAsync(space);
        await publisher.PublishAllAsync(Enumerable.Range(0, 20));
        await Eventually.BeTrueAsync(() => consumer.Begun > 0);

        await consumer.App.CrashAsync();
        await publisher.PublishAllAsync(Enumerable.Range(20, 20));
        Volatile.Write(ref isStuck, false);
        await consumer.App.ListenAsync();

        await Eventually.BeTrueAsync(() => consumer.Taken.Distinct().Count() == 40, Patience);
    }

    [Fact]
    public async Task Each_application_gets_every_message_and_a_slow_one_holds_nobody_up()
    {
        var space = await broker.CreateSpaceAsync();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var slow = await Consumer.StartAsync(space, new ConsumerOptions
        {
            AppId = "slow",
            Judge = async (_, token) =>
            {
                await gate.Task.WaitAsync(token);
                return "SUCCESS";
            },
        });
        await using var quick = await Consumer.StartAsync(space, new ConsumerOptions { AppId = "quick" });
        await using var publisher = await Publisher.StartAsync(space);

        await publisher.PublishAllAsync(Enumerable.Range(0, 500));

        await Eventually.BeTrueAsync(() => quick.Taken.Count == 500, Patience);
        slow.Taken.Should().BeEmpty();
        gate.SetResult();
        await Eventually.BeTrueAsync(() => slow.Taken.Count == 500, Patience);
        foreach (var consumer in new[] { quick, slow }) consumer.Taken.Should().BeEquivalentTo(Enumerable.Range(0, 500));
    }

    [Fact]
    public async Task Of_a_hundred_thousand_messages_none_is_lost()
    {
        var space = await broker.CreateSpaceAsync();
        await using var consumer = await Consumer.StartAsync(space, new ConsumerOptions { Bulk = 100 });
        await using var publisher = await Publisher.StartAsync(space);

        for (var first = 0; first < Many; first += BulkSize) await publisher.PublishAllAsync(Enumerable.Range(first, BulkSize));

        await Eventually.BeTrueAsync(() => consumer.Taken.Count >= Many, Patience);
        await Eventually.BeTrueAsync(() => consumer.Taken.Distinct().Count() == Many, Patience);
    }
}
