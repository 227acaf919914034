using Microsoft.Extensions.Options;
using Npgsql;
using StocksDapr.Contracts;
using StocksDapr.ServiceDefaults;
using StocksDapr.Writer.Options;
using StocksDapr.Writer.Storage;

namespace StocksDapr.Writer.Migrations;

/// <summary>
/// <c>Writer --migrate</c>, for a deployment job: brings the schema up to date and ends. Exit code 0: it is up to date; 1: it is not, and why
/// is in the log. The connection string is <c>ConnectionStrings:Stocks</c>, or else the secret.
/// </summary>
internal static class MigrateCommand
{
    public const string Argument = "--migrate";

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public static async Task<int> RunAsync(IServiceProvider services, CancellationToken cancellationToken = default)
    {
        var logger = services.GetRequiredService<ILogger<Migrator>>();
        var wait = TimeSpan.FromSeconds(services.GetRequiredService<IOptions<WriterOptions>>().Value.MigrateWaitSeconds);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(wait);
        try
        {
            var database = services.GetRequiredService<Database>();
            database.Use(
                services.GetRequiredService<IConfiguration>().GetConnectionString(SchemaStart.ConnectionName)
                ?? await services.GetRequiredService<SecretReader>().ReadAsync(Components.PostgresSecret, patience.Token));
            while (true)
            {
                try
                {
                    // The patience is for a database that is away; a migration under way takes its time.
                    logger.SchemaReady(await new Migrator(database, logger).MigrateAsync(cancellationToken));
                    return 0;
                }
                catch (NpgsqlException exception) when (!patience.IsCancellationRequested)
                {
                    logger.DatabaseNotReady(Pause, exception.Message);
                    await Task.Delay(Pause, patience.Token);
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            logger.MigrationGaveUp(wait);
            return 1;
        }
        catch (Exception exception) when (exception is MigrationException or NpgsqlException or InvalidOperationException or ArgumentException)
        {
            logger.MigrationFailed(exception);
            return 1;
        }
    }
}
