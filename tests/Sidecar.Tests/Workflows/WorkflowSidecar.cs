using Microsoft.Extensions.Logging.Abstractions;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Support.Workflows;

namespace StocksDapr.Sidecar.Workflows;

/// <summary>A sidecar with a store for workflows, and a client on its task hub.</summary>
public sealed class WorkflowSidecar : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly VirtualSidecar _sidecar;

    private WorkflowSidecar(TemporaryFolder folder, VirtualSidecar sidecar)
    {
        (_folder, _sidecar) = (folder, sidecar);
        Hub = new TaskHubClient(Address);
    }

    public Uri Address => new($"http://127.0.0.1:{_sidecar.GrpcPort}");

    public Uri HttpAddress => new($"http://127.0.0.1:{_sidecar.HttpPort}");

    public TaskHubClient Hub { get; }

    internal WorkflowEngine Engine => _sidecar.Context!.Workflows!.Engine!;

    /// <param name="postgres">Npgsql connection string; null = in memory.</param>
    /// <param name="configuration"><c>spec</c> of a configuration, indented by two; null = none.</param>
    /// <param name="change">Changes what the sidecar is told.</param>
    /// <param name="mesh">The run that it belongs to; null = one of its own.</param>
    public static async Task<WorkflowSidecar> StartAsync(string? postgres, string? configuration = null, Func<SidecarOptions, SidecarOptions>? change = null, SidecarMesh? mesh = null)
    {
        var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "store.yaml"), Component(postgres));
        var options = new SidecarOptions { AppId = "flows", GrpcPort = 0, ResourcesPaths = [folder.Path], WorkingDirectory = folder.Path };
        if (configuration is not null)
        {
            var file = Path.Combine(folder.Path, "configuration.txt");
            File.WriteAllText(file, $"apiVersion: dapr.io/v1alpha1\nkind: Configuration\nmetadata:\n  name: test\nspec:\n{configuration}");
            options = options with { ConfigPaths = [file] };
        }

        var sidecar = new VirtualSidecar(change?.Invoke(options) ?? options, mesh ?? new SidecarMesh(), NullLoggerFactory.Instance);
        await sidecar.StartAsync(CancellationToken.None);
        return new WorkflowSidecar(folder, sidecar);
    }

    public async ValueTask DisposeAsync()
    {
        Hub.Dispose();
        await _sidecar.DisposeAsync();
        _folder.Dispose();
    }

    private static string Component(string? postgres) => postgres is null
        ? "apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata:\n  name: store\nspec:\n  type: state.in-memory\n  version: v1\n  metadata:\n  - name: actorStateStore\n    value: \"true\"\n"
        : $"apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata:\n  name: store\nspec:\n  type: state.postgresql\n  version: v2\n  metadata:\n  - name: connectionString\n    value: \"{postgres}\"\n  - name: actorStateStore\n    value: \"true\"\n";
}
