using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace StocksDapr.ServiceDefaults.Http;

/// <summary>
/// <c>/healthz</c>: the process answers. <c>/readyz</c>: every registered health check agrees, 503 with reasons otherwise.
/// <c>/readyz/subscriptions</c>: the broker knows this service, so that what is published from now on reaches it.
/// </summary>
internal static class Health
{
    private const string Live = "/healthz";
    private const string Ready = "/readyz";

    /// <summary>Also the name and tag of the check behind it.</summary>
    public const string Subscriptions = "subscriptions";

    public static bool IsProbe(PathString path) => path == Live || path.StartsWithSegments(Ready, StringComparison.Ordinal) || path == "/metrics";

    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapHealthChecks(Live, new HealthCheckOptions { Predicate = _ => false, ResponseWriter = WriteAsync }).AllowAnonymous();
        app.MapHealthChecks(Ready, new HealthCheckOptions { Predicate = check => !check.Tags.Contains(Subscriptions), ResponseWriter = WriteAsync }).AllowAnonymous();
    }

    public static void MapSubscriptionsHealth(this IEndpointRouteBuilder app) =>
        app.MapHealthChecks($"{Ready}/{Subscriptions}", new HealthCheckOptions { Predicate = check => check.Tags.Contains(Subscriptions), ResponseWriter = WriteAsync })
            .AllowAnonymous();

    private static Task WriteAsync(HttpContext context, HealthReport report) =>
        context.Response.WriteAsJsonAsync(
            new
            {
                status = report.Status.ToString().ToLowerInvariant(),
                checks = report.Entries.ToDictionary(
                    entry => entry.Key, entry => new { status = entry.Value.Status.ToString().ToLowerInvariant(), reason = entry.Value.Description }),
            },
            context.RequestAborted);
}
