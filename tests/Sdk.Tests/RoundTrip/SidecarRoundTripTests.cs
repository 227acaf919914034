using System.Net.Http.Json;
using System.Threading.Channels;
using Dapr;
using Dapr.AspNetCore;
using Dapr.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging.Abstractions;
using StocksDapr.Sdk.AspNetCore;
using StocksDapr.Sdk.Client;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Support;

namespace StocksDapr.Sdk.RoundTrip;

/// <summary>The SDK on both ends of the development sidecar: what one side writes the other reads.</summary>
public sealed class SidecarRoundTripTests : IAsyncLifetime
{
    private const string PubSub = "pubsub";
    private const string Store = "statestore";

    private readonly DirectoryInfo _resources = Directory.CreateTempSubdirectory("sdk-tests-");
    private readonly Channel<string> _seen = Channel.CreateUnbounded<string>();

    private TestApplication App { get; set; } = null!;

    private VirtualSidecar Sidecar { get; set; } = null!;

    private DaprClient Client { get; set; } = null!;

    public async Task InitializeAsync()
    {
        await ComponentAsync(PubSub, "pubsub.in-memory");
        await ComponentAsync(Store, "state.in-memory");
        await ComponentAsync("secretstore", "secretstores.local.env");
        App = await TestApplication.StartAsync(app =>
        {
            app.UseCloudEvents();
            app.MapSubscribeHandler();
            app.MapPost("/orders", (Order order) => _seen.Writer.TryWrite($"{order.OrderId}")).WithTopic(PubSub, "orders");
            app.MapPost("/bulk", TakeBulk)
                .WithTopic(new TopicOptions { PubsubName = PubSub, Name = "bulk-orders" })
                .WithBulkSubscribe(new BulkSubscribeTopicOptions { TopicName = "bulk-orders", MaxMessagesCount = 10, MaxAwaitDurationMs = 20 });
            app.MapPost("/echo", (Order order, string times) => new Order(order.OrderId * int.Parse(times, null)));
        });
        Sidecar = new VirtualSidecar(
            new SidecarOptions
            {
                AppId = "shop",
                AppPort = App.Http.BaseAddress!.Port,
                ResourcesPaths = [_resources.FullName],
                Environment = new Dictionary<string, string> { ["SHOP_KEY"] = "open sesame" },
            },
            new SidecarMesh(),
            NullLoggerFactory.Instance);
        await Sidecar.StartAsync(CancellationToken.None);
        Client = new DaprClientBuilder().UseHttpEndpoint($"http://localhost:{Sidecar.HttpPort}").Build();
        await Client.WaitForSidecarAsync();
        await Eventually.BeTrueAsync(() => Client.CheckHealthAsync());
    }

    public async Task DisposeAsync()
    {
        Client.Dispose();
        await Sidecar.DisposeAsync();
        await App.DisposeAsync();
        _resources.Delete(recursive: true);
    }

    [Fact]
    public async Task An_event_reaches_its_subscriber()
    {
        await Client.PublishEventAsync(PubSub, "orders", new Order(7));

        (await NextAsync()).Should().Be("7");
    }

    [Fact]
    public async Task Many_events_reach_a_bulk_subscriber_each_once()
    {
        var answer = await Client.BulkPublishEventAsync(
            PubSub, "bulk-orders", [.. Enumerable.Range(0, 25).Select(i => new Order(i, "é<&>"))], new Dictionary<string, string> { ["partitionKey"] = "A" });

        answer.FailedEntries.Should().BeEmpty();
        var seen = new List<string>();
        while (seen.Count < 25) seen.Add(await NextAsync());
        seen.Should().BeEquivalentTo(Enumerable.Range(0, 25).Select(i => $"{i} é<&>"));
    }

    [Fact]
    public async Task Publishing_to_a_component_that_is_not_there_names_it()
    {
        var failure = await Client.Invoking(client => client.PublishEventAsync("nowhere", "orders", new Order(1))).Should().ThrowAsync<DaprException>();

        failure.WithInnerException<DaprApiException>().Which.ErrorCode.Should().Be("ERR_PUBSUB_NOT_FOUND");
    }

    [Fact]
    public async Task State_keeps_its_etags()
    {
        const string key = "a/b ü";
        var first = new StateOptions { Concurrency = ConcurrencyMode.FirstWrite };
        (await Client.TrySaveStateAsync(Store, key, new Order(1), string.Empty, first)).Should().BeTrue();
        (await Client.TrySaveStateAsync(Store, key, new Order(2), string.Empty, first)).Should().BeFalse();

        var entry = await Client.GetStateEntryAsync<Order>(Store, key);
        var outdated = await Client.GetStateEntryAsync<Order>(Store, key);
        entry.Value.Should().Be(new Order(1));
        entry.Value = new Order(3);

        (await entry.TrySaveAsync()).Should().BeTrue();
        (await outdated.TrySaveAsync()).Should().BeFalse();
        (await outdated.TryDeleteAsync()).Should().BeFalse();
        (await Client.GetStateAsync<Order>(Store, key)).Should().Be(new Order(3));
        await Client.DeleteStateAsync(Store, key);
        (await Client.GetStateAndETagAsync<Order?>(Store, key)).Should().Be((null, string.Empty));
    }

    [Fact]
    public async Task A_transaction_is_kept_whole_or_not_at_all()
    {
        await Client.SaveStateAsync(Store, "old", 1);
        await Client.ExecuteStateTransactionAsync(
            Store, [new("new", "2"u8.ToArray(), StateOperationType.Upsert), new("old", null, StateOperationType.Delete)]);

        await Client.Invoking(client => client.ExecuteStateTransactionAsync(
            Store, [new("third", "3"u8.ToArray(), StateOperationType.Upsert), new("new", null, StateOperationType.Delete, etag: "no such etag")]))
            .Should().ThrowAsync<DaprException>();

        (await Client.GetBulkStateAsync<int>(Store, ["old", "new", "third"], null)).Select(item => (item.Key, item.Value))
            .Should().BeEquivalentTo([("old", 0), ("new", 2), ("third", 0)]);
    }

    [Fact]
    public async Task Bytes_come_back_as_they_went()
    {
        await Client.SaveByteStateAsync(Store, "bytes", new byte[] { 0, 255 });

        (await Client.GetByteStateAsync(Store, "bytes")).ToArray().Should().Equal(0, 255);
    }

    [Fact]
    public async Task Secrets_are_read_and_metadata_told()
    {
        (await Client.GetSecretAsync("secretstore", "SHOP_KEY"))["SHOP_KEY"].Should().Be("open sesame");
        await Client.SetMetadataAsync("mood", "fine");

        var metadata = await Client.GetMetadataAsync();

        metadata.Id.Should().Be("shop");
        metadata.Extended.Should().Contain("mood", "fine");
        metadata.Components.Select(component => component.Name).Should().BeEquivalentTo(PubSub, Store, "secretstore");
    }

    [Fact]
    public async Task An_application_is_invoked_by_its_id()
    {
        using var shop = Client.CreateInvokableHttpClient("shop");

        using var response = await shop.PostAsJsonAsync("/echo?times=3", new Order(5));

        (await response.Content.ReadAsStringAsync()).Should().Contain("\"orderId\":15");
    }

    private BulkSubscribeAppResponse TakeBulk(BulkSubscribeMessage<BulkMessageModel<Order>> message)
    {
        foreach (var entry in message.Entries!) _seen.Writer.TryWrite($"{entry.Event!.Data!.OrderId} {entry.Event.Data.Name}");
        return new BulkSubscribeAppResponse(
            message.Entries.ConvertAll(entry => new BulkSubscribeAppResponseEntry(entry.EntryId, BulkSubscribeAppResponseStatus.SUCCESS)));
    }

    private async Task<string> NextAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return await _seen.Reader.ReadAsync(patience.Token);
    }

    private Task ComponentAsync(string name, string type) => File.WriteAllTextAsync(
        Path.Combine(_resources.FullName, $"{name}.yaml"),
        $"""
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata:
          name: {name}
        spec:
          type: {type}
          version: v1
        """);
}
