using StocksDapr.Sidecar.Hosting;

namespace StocksDapr.Sidecar.PubSub.Behaviour;

/// <summary>The suite on <c>pubsub.in-memory</c> with the settings of the run (components/local), which keep the order of a partition key.</summary>
public sealed class InMemoryBehaviourTests(InMemoryUnderTest broker) : BrokerBehaviour(broker), IClassFixture<InMemoryUnderTest>;

/// <summary>The broker in this process: everybody who shares it is in one mesh.</summary>
public sealed class InMemoryUnderTest : IBrokerUnderTest
{
    private const string Bus = """
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata: {name: bus}
        spec:
          type: pubsub.in-memory
          version: v1
          metadata: [{name: maxInFlight, value: "1000"}]
        """;

    public Task<BrokerSpace> CreateSpaceAsync()
    {
        var mesh = new SidecarMesh();
        return Task.FromResult(new BrokerSpace(() => mesh, Bus, Bus));
    }
}
