using System.Globalization;
using Npgsql;
using StocksDapr.Sidecar.Postgres;
using StocksDapr.Sidecar.Running.Records;
using StocksDapr.Sidecar.Running.Servers;
using StocksDapr.Sidecar.Running.Supervision;

namespace StocksDapr.Sidecar.Running;

/// <summary>
/// The market database of a run: the one that the environment variable STOCKS_POSTGRES names, else a private cluster in the data folder.
/// </summary>
internal sealed class RunDatabase : IAsyncDisposable
{
    public const string Variable = "STOCKS_POSTGRES";

    /// <summary>The same as a URL, for components of real Dapr.</summary>
    public const string UrlVariable = "STOCKS_POSTGRES_URL";

    /// <summary>Where components/postgres keeps state: the market database, unless the environment names another one.</summary>
    public const string StateUrlVariable = "STOCKS_STATE_POSTGRES_URL";

    private const string Name = "stocks";

    private readonly ServiceRow _row;
    private readonly PostgresCluster? _cluster;
    private readonly ServerRow? _shown;

    private RunDatabase(ServiceRow row, PostgresCluster? cluster, string connectionString)
    {
        _row = row;
        _cluster = cluster;
        ConnectionString = connectionString;
        _shown = cluster is null ? null : new ServerRow(row, cluster);
    }

    public string ConnectionString { get; }

    /// <exception cref="RunFailedException">It cannot be had.</exception>
    public static async Task<RunDatabase> StartAsync(DataFolder data, ServiceRow row, Action<string> report, CancellationToken cancellationToken)
    {
        row.State = ServiceState.Starting;
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
            return await UseAsync(given, row, cancellationToken);

        var settings = new PostgresSettings
        {
            Report = text =>
            {
                row.LastLine = text.Split('\n')[0];
                report(text);
            },
        };
        var cluster = await PostgresCluster.StartAsync(data.Postgres, settings, cancellationToken);
        try
        {
            await cluster.EnsureDatabaseAsync(Name, cancellationToken);
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }

        return new RunDatabase(row, cluster, cluster.ConnectionString(Name));
    }

    public async ValueTask DisposeAsync()
    {
        if (_shown is not null)
            await _shown.DisposeAsync();
        _row.State = ServiceState.Stopping;
        if (_cluster is not null)
            await _cluster.DisposeAsync();
        _row.Process = null;
        _row.State = ServiceState.Stopped;
    }

    private static async Task<RunDatabase> UseAsync(string connectionString, ServiceRow row, CancellationToken cancellationToken)
    {
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(connectionString);
            row.Address = string.Create(CultureInfo.InvariantCulture, $"{settings.Host}:{settings.Port}");
            settings.Pooling = false;
            await using var connection = new NpgsqlConnection(settings.ConnectionString);
            await connection.OpenAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is NpgsqlException or ArgumentException)
        {
            throw new RunFailedException($"The database that {Variable} names cannot be used: {exception.Message}", exception);
        }

        row.State = ServiceState.Ready;
        return new RunDatabase(row, null, connectionString);
    }
}
