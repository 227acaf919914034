using Microsoft.Extensions.Diagnostics.HealthChecks;
using StocksDapr.Contracts;

namespace StocksDapr.Gateway.Proxy;

/// <summary>The gateway is ready when Query is, asked the way that callers' requests go: through the sidecar.</summary>
internal sealed class QueryAnswers(SidecarAddress sidecar) : IHealthCheck, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly HttpClient _query = sidecar.CreateClient(AppIds.Query);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            using var answer = await _query.GetAsync("/readyz", patience.Token);
            return answer.IsSuccessStatusCode
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy($"Query answers {(int)answer.StatusCode}.");
        }
        catch (HttpRequestException)
        {
            return HealthCheckResult.Unhealthy("The sidecar does not answer.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy("Query does not answer in time.");
        }
    }

    public void Dispose() => _query.Dispose();
}
