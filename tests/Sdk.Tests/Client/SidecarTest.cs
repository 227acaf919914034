using Dapr.Client;
using StocksDapr.Sdk.Emulation;

namespace StocksDapr.Sdk.Client;

/// <summary>A test against a sidecar of its own.</summary>
public abstract class SidecarTest : IAsyncLifetime
{
    private protected EmulatedSidecar Sidecar { get; private set; } = null!;

    private protected DaprClient Client { get; private set; } = null!;

    public virtual async Task InitializeAsync()
    {
        Sidecar = await EmulatedSidecar.StartAsync();
        Client = Sidecar.Client();
    }

    public virtual async Task DisposeAsync()
    {
        Client.Dispose();
        await Sidecar.DisposeAsync();
    }
}
