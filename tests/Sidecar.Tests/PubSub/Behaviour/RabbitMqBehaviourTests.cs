using StocksDapr.Sidecar.Hosting;
using StocksDapr.Support;

namespace StocksDapr.Sidecar.PubSub.Behaviour;

/// <summary>The suite on <c>pubsub.rabbitmq</c> with a real broker.</summary>
[Collection(RabbitMqCollection.Name)]
public sealed class RabbitMqBehaviourTests(RabbitMqFixture server) : NetworkBrokerBehaviour(new RabbitMqUnderTest(server));

/// <summary>One broker for all tests of the assembly that talk to one, one after the other, because some kill it.</summary>
[CollectionDefinition(Name)]
public sealed class RabbitMqCollection : ICollectionFixture<RabbitMqFixture>
{
    public const string Name = "RabbitMQ";
}

/// <summary>
/// RabbitMQ with the settings of components/rabbitmq. Order: RabbitMQ keeps it within a queue, and so does a sidecar alone on the queue when it delivers one
/// message at a time (<c>concurrencyMode: single</c>) or in bulk; several replicas need <c>singleActiveConsumer</c> besides.
/// </summary>
internal sealed class RabbitMqUnderTest(RabbitMqFixture server) : INetworkBrokerUnderTest
{
    public async Task<BrokerSpace> CreateSpaceAsync()
    {
        var host = await server.CreateHostAsync();
        return new BrokerSpace(() => new SidecarMesh(), Component(host, "parallel"), Component(host, "single"));
    }

    public Task KillAsync() => server.KillAsync();

    public Task StartAsync() => server.StartAsync();

    private static string Component(RabbitMqHost host, string concurrency) => $$"""
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata: {name: bus}
        spec:
          type: pubsub.rabbitmq
          version: v1
          metadata:
          - {name: connectionString, value: "{{host.ConnectionString}}"}
          - {name: deletedWhenUnused, value: "false"}
          - {name: deliveryMode, value: "2"}
          - {name: publisherConfirm, value: "true"}
          - {name: prefetchCount, value: "250"}
          - {name: requeueInFailure, value: "true"}
          - {name: reconnectWaitSeconds, value: 200ms}
          - {name: concurrencyMode, value: {{concurrency}}}
        """;
}
