using StocksDapr.Sidecar.Postgres;
using StocksDapr.Sidecar.Running.Processes;

namespace StocksDapr.Support;

/// <summary>A PostgreSQL server of a test's own, which the test may kill; it is started again at once, as on one machine. Commits wait for the disk.</summary>
public sealed class KillablePostgres : IAsyncDisposable
{
    private readonly PostgresCluster _cluster;
    private readonly string _folder;

    private KillablePostgres(PostgresCluster cluster, string folder)
    {
        _cluster = cluster;
        _folder = folder;
    }

    public static async Task<KillablePostgres> StartAsync(CancellationToken cancellationToken = default)
    {
        var folder = Directory.CreateTempSubdirectory("stocksdapr-killable-").FullName;
        return new KillablePostgres(await PostgresCluster.StartAsync(Path.Combine(folder, "postgres"), cancellationToken), folder);
    }

    /// <summary>Makes an empty database and returns its Npgsql connection string.</summary>
    public async Task<string> CreateDatabaseAsync(string name, CancellationToken cancellationToken = default)
    {
        await _cluster.EnsureDatabaseAsync(name, cancellationToken);
        return _cluster.ConnectionString(name);
    }

    /// <summary>SIGKILL to the server; returns when it has been started again, which does not mean that it has recovered.</summary>
    public async Task KillAsync()
    {
        var before = _cluster.Restarts;
        if (_cluster.Pid is { } pid)
            UnixSignals.Send(pid, UnixSignal.Kill);
        await Eventually.BeTrueAsync(() => _cluster.Restarts > before, TimeSpan.FromMinutes(1));
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
