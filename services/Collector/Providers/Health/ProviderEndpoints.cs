namespace StocksDapr.Collector.Providers.Health;

/// <summary><c>GET /providers</c>: how each provider does, and what is left of its budgets.</summary>
internal static class ProviderEndpoints
{
    public static void MapProviders(this IEndpointRouteBuilder app) =>
        app.MapGet("/providers", async (ProviderOverview overview, CancellationToken cancellationToken) => TypedResults.Ok(await overview.GetAsync(cancellationToken)))
            .WithName("GetProviders")
            .WithTags("Providers")
            .WithSummary("How each provider does, and what is left of its budgets")
            .WithDescription(
                "For each provider: what it can do, whether it is asked (circuit), its last error and success, the share of good answers and their duration in the last hour and day; for each of "
                + "its keys (by its place in the secret, never the key) what is spent and left of the vendor's limits and when there is more; and the requests that wait for a budget; how its stream of trades does, if it has one. The same from every "
                + "replica, at most some seconds old. Where the shared state cannot be read, `trouble` says so.");
}
