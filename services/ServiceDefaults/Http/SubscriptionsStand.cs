using Dapr.Client;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace StocksDapr.ServiceDefaults.Http;

/// <summary>
/// Whether this service's own subscriptions stand at the broker: its sidecar calls itself healthy only after it has made them. Not part of readiness, since
/// requests can be answered before that.
/// </summary>
internal sealed class SubscriptionsStand(DaprClient dapr) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        await dapr.CheckHealthAsync(cancellationToken)
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy("The sidecar has not made the subscriptions yet.");
}
