using System.Net;
using System.Text.Json.Nodes;
using StocksDapr.Support;

namespace StocksDapr.Sidecar.PubSub.Behaviour;

/// <summary>What a broker that is a process of its own does beyond that: it is shared by processes, and it and they come and go apart.</summary>
public abstract class NetworkBrokerBehaviour(INetworkBrokerUnderTest broker) : BrokerBehaviour(broker)
{
    [Fact]
    public async Task Sidecars_of_one_application_share_its_messages()
    {
        var space = await broker.CreateSpaceAsync();
        var both = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (firstBegan, secondBegan) = (false, false);
        await using var first = await Consumer.StartAsync(space, new ConsumerOptions { Judge = (_, token) => MeetAsync(ref firstBegan, token) });
        await using var second = await Consumer.StartAsync(space, new ConsumerOptions { Judge = (_, token) => MeetAsync(ref secondBegan, token) });
        await using var publisher = await Publisher.StartAsync(space);

        await publisher.PublishAllAsync(Enumerable.Range(0, 100));

        await Eventually.BeTrueAsync(() => first.Taken.Count + second.Taken.Count == 100, Patience);
        first.Taken.Concat(second.Taken).Should().BeEquivalentTo(Enumerable.Range(0, 100));

        // Nobody finishes until each of them has something.
        Task<string> MeetAsync(ref bool began, CancellationToken cancellationToken)
        {
            began = true;
            if (firstBegan && secondBegan) both.TrySetResult();
            return FinishAsync(cancellationToken);
        }

        async Task<string> FinishAsync(CancellationToken cancellationToken)
        {
            await both.Task.WaitAsync(cancellationToken);
            return "SUCCESS";
        }
    }

    [Fact]
    public async Task A_sidecar_that_stops_finishes_what_is_under_way_and_leaves_the_rest_to_the_next_one()
    {
        var space = await broker.CreateSpaceAsync();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = await Consumer.StartAsync(space, new ConsumerOptions
        {
            IsOrdered = true,
            Judge = async (_, token) =>
            {
                await gate.Task.WaitAsync(token);
                return "SUCCESS";
            },
        });
        await using var publisher = await Publisher.StartAsync(space);
        await publisher.PublishAllAsync(Enumerable.Range(0, 10));
        await Eventually.BeTrueAsync(() => first.Begun == 1);

        var stopping = first.App.Sidecar.StopAsync(CancellationToken.None);
        await publisher.PublishAsync(10);
        gate.SetResult();
        await stopping;
        await first.DisposeAsync();
        await using var second = await Consumer.StartAsync(space, new ConsumerOptions { IsOrdered = true });

        await Eventually.BeTrueAsync(() => second.Taken.Count == 10, Patience);
        first.Taken.Should().Equal(0);
        second.Taken.Should().Equal(Enumerable.Range(1, 10));
    }

    [Fact]
    public async Task What_a_killed_sidecar_had_not_finished_goes_to_the_next_one()
    {
        var space = await broker.CreateSpaceAsync();
        await using var publisher = await Publisher.StartAsync(space);
        await using (var killed = await Consumer.StartAsync(space, new ConsumerOptions
        {
            Bulk = 4,
            Judge = async (number, token) =>
            {
                if (number >= 5) await Task.Delay(Timeout.Infinite, token);
                return "SUCCESS";
            },
        }))
        {
            await publisher.PublishAllAsync(Enumerable.Range(0, 12));
            await Eventually.BeTrueAsync(() => killed.Begun >= 5);

            // As near as a sidecar in this process comes to it: nothing is finished, nothing acknowledged.
            await killed.App.Sidecar.StopAsync(new CancellationToken(canceled: true));
        }

        await using var next = await Consumer.StartAsync(space);

        await Eventually.BeTrueAsync(() => Enumerable.Range(4, 8).All(next.Taken.Contains), Patience);
        next.Taken.Should().NotContain([0, 1, 2, 3]);
    }

    [Fact]
    public async Task A_broker_that_is_killed_in_mid_stream_loses_nothing_that_it_had_taken()
    {
        var space = await broker.CreateSpaceAsync();
        await using var consumer = await Consumer.StartAsync(space, new ConsumerOptions { Bulk = 20 });
        await using var publisher = await Publisher.StartAsync(space);
        var accepted = new List<int>();
        var number = 0;

        async Task StreamAsync(Func<bool> until)
        {
            while (!until())
            {
                var batch = Enumerable.Range(number, 50).ToList();
                number += 50;
                using var answer = await publisher.TryPublishAllAsync(batch);
                if (answer.StatusCode == HttpStatusCode.NoContent)
                {
                    accepted.AddRange(batch);
                    continue;
                }

                answer.StatusCode.Should().Be(HttpStatusCode.InternalServerError);
                var refused = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["failedEntries"]!.AsArray().Select(entry => int.Parse(entry!["entryId"]!.GetValue<string>()));
                accepted.AddRange(batch.Except(refused));
            }
        }

        await StreamAsync(() => consumer.Taken.Count > 500);
        var killing = broker.KillAsync();
        await StreamAsync(() => killing.IsCompleted);
        await killing;
        var starting = broker.StartAsync();
        await StreamAsync(() => starting.IsCompleted);
        await starting;
        var before = consumer.Taken.Count;
        await StreamAsync(() => consumer.Taken.Count > before + 500);

        await Eventually.BeTrueAsync(() => !accepted.Except(consumer.Taken).Any(), Patience);
    }

    [Fact]
    public async Task Publishing_without_a_broker_fails_in_words_and_works_again_when_it_is_back()
    {
        var space = await broker.CreateSpaceAsync();
        await using var consumer = await Consumer.StartAsync(space);
        await using var publisher = await Publisher.StartAsync(space);
        await broker.KillAsync();
        try
        {
            using var one = await publisher.TryPublishAsync(1);
            using var many = await publisher.TryPublishAllAsync([2, 3]);

            one.StatusCode.Should().Be(HttpStatusCode.InternalServerError);
            var error = JsonNode.Parse(await one.Content.ReadAsStringAsync())!;
            error["errorCode"]!.GetValue<string>().Should().Be("ERR_PUBSUB_PUBLISH_MESSAGE");
            error["message"]!.GetValue<string>().Should().StartWith($"error when publishing to topic {Consumer.Topic} in pubsub bus: ");
            many.StatusCode.Should().Be(HttpStatusCode.InternalServerError);
            JsonNode.Parse(await many.Content.ReadAsStringAsync())!["failedEntries"]!.AsArray().Should().HaveCount(2);
        }
        finally
        {
            await broker.StartAsync();
        }

        await publisher.PublishAsync(4);

        await Eventually.BeTrueAsync(() => consumer.Taken.Contains(4), Patience);
    }
}
