using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace StocksDapr.ServiceDefaults.Http;

/// <summary><c>/healthz</c>: the process answers. <c>/readyz</c>: every registered health check agrees, 503 with reasons otherwise.</summary>
internal static class Health
{
    private const string Live = "/healthz";
    private const string Ready = "/readyz";

    public static bool IsProbe(PathString path) => path == Live || path == Ready || path == "/metrics";

    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapHealthChecks(Live, new HealthCheckOptions { Predicate = _ => false, ResponseWriter = WriteAsync }).AllowAnonymous();
        app.MapHealthChecks(Ready, new HealthCheckOptions { ResponseWriter = WriteAsync }).AllowAnonymous();
    }

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
