using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace StocksDapr.ServiceDefaults.Http;

/// <summary>Refuses whoever does not show the application token that the sidecar sends; probes and metrics need none.</summary>
internal sealed class SidecarOnly(RequestDelegate next, string token)
{
    private const string Header = "dapr-api-token";

    private readonly byte[] _expected = SHA256.HashData(Encoding.UTF8.GetBytes(token));

    public Task InvokeAsync(HttpContext context)
    {
        if (Health.IsProbe(context.Request.Path) || IsSidecar(context.Request))
            return next(context);

        return ApiProblem.WriteAsync(
            context, ApiProblem.Details(StatusCodes.Status401Unauthorized, "sidecar_only", "This service is reached through its Dapr sidecar.", retry: false, valid: null));
    }

    private bool IsSidecar(HttpRequest request) =>
        request.Headers[Header] is [{ } given]
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), _expected);
}
