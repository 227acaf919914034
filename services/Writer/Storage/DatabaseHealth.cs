using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace StocksDapr.Writer.Storage;

/// <summary>Ready: the schema is there, the last transaction succeeded and the database answers.</summary>
internal sealed class DatabaseHealth(Database database, DatabaseState state) : IHealthCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (state.Trouble is { } trouble)
            return HealthCheckResult.Unhealthy($"The database cannot be written: {trouble}");

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        try
        {
            await using var connection = await database.OpenAsync(deadline.Token);
            await using var command = new NpgsqlCommand("SELECT 1", connection);
            await command.ExecuteScalarAsync(deadline.Token);
            return HealthCheckResult.Healthy();
        }
        catch (NpgsqlException exception)
        {
            return HealthCheckResult.Unhealthy($"The database does not answer: {exception.Message}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy($"The database does not answer within {Patience.TotalSeconds} s.");
        }
    }
}
