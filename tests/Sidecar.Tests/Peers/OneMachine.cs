using Microsoft.Extensions.Logging.Abstractions;
using StocksDapr.Sidecar.Hosting;

namespace StocksDapr.Sidecar.Peers;

/// <summary>A machine of a test's own: meshes made here find each other as processes do.</summary>
internal sealed class OneMachine : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<PeerDirectory> _directories = [];

    public string Path => System.IO.Path.Combine(_folder.Path, "sidecars");

    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string> { [PeerFolder.Variable] = Path };

    public SidecarMesh Mesh(bool isRun = false)
    {
        var directory = PeerDirectory.TryOpen(isRun, Environment.GetValueOrDefault, NullLoggerFactory.Instance, TimeProvider.System)!;
        _directories.Add(directory);
        return new SidecarMesh { Peers = directory };
    }

    public void Dispose()
    {
        foreach (var directory in _directories) directory.Dispose();
        _folder.Dispose();
    }
}
