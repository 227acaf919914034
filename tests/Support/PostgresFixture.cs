using System.Globalization;
using StocksDapr.Sidecar.Postgres;

namespace StocksDapr.Support;

/// <summary>
/// A real PostgreSQL for the tests of one assembly. Every fixture of the process shares one temporary cluster, started on first use; each
/// test takes a database of its own. Use it as class fixture, collection fixture or by <see cref="CreateDatabaseAsync"/> alone.
/// Clusters of test processes that were killed are stopped and removed by the next one.
/// </summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private static readonly SemaphoreSlim Gate = new(1, 1);
    private static PostgresCluster? _shared;
    private static string _folder = "";
    private static int _users;
    private static int _databases;

    private PostgresCluster? _cluster;

    public async Task InitializeAsync()
    {
        await Gate.WaitAsync();
        try
        {
            _users++;
            _cluster = _shared ??= await StartAsync();
        }
        finally
        {
            Gate.Release();
        }
    }

    public async Task DisposeAsync()
    {
        await Gate.WaitAsync();
        try
        {
            if (--_users > 0 || _shared is null)
                return;
            await _shared.DisposeAsync();
            _shared = null;
            Directory.Delete(_folder, recursive: true);
        }
        finally
        {
            Gate.Release();
        }
    }

    /// <summary>Makes an empty database and returns its Npgsql connection string.</summary>
    public async Task<string> CreateDatabaseAsync(CancellationToken cancellationToken = default)
    {
        var cluster = _cluster ?? throw new InvalidOperationException("The fixture has not been initialised.");
        var name = string.Create(CultureInfo.InvariantCulture, $"test_{Interlocked.Increment(ref _databases)}");
        await cluster.EnsureDatabaseAsync(name, cancellationToken);
        return cluster.ConnectionString(name);
    }

    private static async Task<PostgresCluster> StartAsync()
    {
        _folder = await ServerFolder.CreateAsync();
        var settings = new PostgresSettings
        {
            Durable = false,
            MaxConnections = 200,
            InstallFolder = Path.Combine(ServerFolder.Root, "server"),
        };
        return await PostgresCluster.StartAsync(Path.Combine(_folder, ServerFolder.Postgres), settings, CancellationToken.None);
    }
}
