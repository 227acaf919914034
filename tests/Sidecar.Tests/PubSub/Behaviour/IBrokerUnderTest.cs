using StocksDapr.Sidecar.Hosting;

namespace StocksDapr.Sidecar.PubSub.Behaviour;

/// <summary>A broker that the suite is run on. One class for each broker, used as class or collection fixture.</summary>
public interface IBrokerUnderTest
{
    /// <summary>Makes room for one test: nothing of another test is in it.</summary>
    Task<BrokerSpace> CreateSpaceAsync();
}

/// <summary>A broker that is a process of its own, and that several processes share.</summary>
public interface INetworkBrokerUnderTest : IBrokerUnderTest
{
    /// <summary>SIGKILL; it stays down.</summary>
    Task KillAsync();

    /// <summary>Starts it again, with what it had on the disk.</summary>
    Task StartAsync();
}

/// <summary>Where one test's messages go.</summary>
/// <param name="MeshOfProcess">The mesh of what would be one more process: a new one where processes meet at the broker, the same one where they are one.</param>
/// <param name="Component">YAML of the component <c>bus</c> with the settings that the platform would have: nothing is lost, many messages at once.</param>
/// <param name="OrderedComponent">The same with the settings under which this broker keeps messages of one key in order.</param>
public sealed record BrokerSpace(Func<SidecarMesh> MeshOfProcess, string Component, string OrderedComponent);
