using Microsoft.Extensions.Options;
using Npgsql;
using StocksDapr.Contracts;
using StocksDapr.Market;
using StocksDapr.ServiceDefaults;
using StocksDapr.Writer.Migrations;
using StocksDapr.Writer.Options;

namespace StocksDapr.Writer.Storage;

/// <summary>
/// Makes the database ready while the service already listens: finds the connection string, brings the schema up to date or waits
/// until a job has done so, then lets the writing begin. A database that is away is waited for; what waiting cannot mend ends the service.
/// </summary>
internal sealed class SchemaStart(
    Database database,
    DatabaseState state,
    SecretReader secrets,
    Metrics metrics,
    TimeProvider time,
    IConfiguration configuration,
    IOptions<WriterOptions> options,
    IHostApplicationLifetime lifetime,
    ILogger<SchemaStart> logger) : BackgroundService
{
    public const string ConnectionName = "Stocks";

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            database.Use(
                configuration.GetConnectionString(ConnectionName) ?? await secrets.ReadAsync(Components.PostgresSecret, stoppingToken));
            while (!await TryMakeReadyAsync(stoppingToken))
                await Task.Delay(Pause, time, stoppingToken);
            state.ReportSchemaReady();
        }
        catch (Exception exception) when (exception is MigrationException or InvalidOperationException or ArgumentException)
        {
            logger.MigrationFailed(exception);
            Environment.ExitCode = 1;
            lifetime.StopApplication();
        }
    }

    private async Task<bool> TryMakeReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            var migrator = new Migrator(database, logger);
            if (options.Value.MigrateOnStart)
            {
                logger.SchemaReady(await migrator.MigrateAsync(cancellationToken));
            }
            else if (await migrator.ReadVersionAsync(cancellationToken) is var version && version < Migration.All.Count)
            {
                logger.DatabaseNotReady(Pause, $"the schema has version {version}, this build needs {Migration.All.Count}; run --migrate");
                return false;
            }

            await ReadNewestBarsAsync(cancellationToken);
            return true;
        }
        catch (NpgsqlException exception)
        {
            state.ReportTrouble(exception);
            logger.DatabaseNotReady(Pause, exception.Message);
            return false;
        }
    }

    private async Task ReadNewestBarsAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand("SELECT interval_id, max(last_start) FROM market.series GROUP BY interval_id", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            metrics.Stored(Interval.FromId(reader.GetInt16(0)), reader.GetFieldValue<DateTimeOffset>(1));
    }
}
