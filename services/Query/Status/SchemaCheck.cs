using Microsoft.Extensions.Diagnostics.HealthChecks;
using StocksDapr.Query.Storage;

namespace StocksDapr.Query.Status;

/// <summary>Ready as soon as the database answers and has the tables that Writer makes.</summary>
internal sealed class SchemaCheck(MarketDatabase database) : IHealthCheck
{
    private const string Sql = "SELECT to_regclass('market.series') IS NOT NULL AND to_regclass('market.runs') IS NOT NULL"
        + " AND to_regclass('market.option_snapshots') IS NOT NULL";

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var exists = await database.ListAsync(Sql, [], row => row.GetBoolean(0), cancellationToken);
            return exists[0] ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The market database has no tables yet; Writer makes them.");
        }
        catch (Exception e) when (DatabaseFaults.Describe(e) is not null || e is InvalidOperationException)
        {
            return HealthCheckResult.Unhealthy(DatabaseFaults.Describe(e)?.Detail ?? e.Message);
        }
    }
}
