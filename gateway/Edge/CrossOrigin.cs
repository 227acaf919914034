using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.Options;

namespace StocksDapr.Gateway.Edge;

/// <summary>
/// Section <c>Cors</c>: pages of which other origins may call the API from a browser. They need a token all the same: nothing is sent by the browser of itself.
/// </summary>
internal sealed class CrossOriginOptions
{
    /// <summary>Origins such as <c>https://charts.example.org</c>, with a comma between two of them; <c>*</c> for any; empty for none.</summary>
    public string Origins { get; set; } = "";

    public string[] ReadOrigins() => Origins.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    public bool IsValid() => Origins.Trim() == CorsConstants.AnyOrigin || ReadOrigins().All(IsOrigin);

    /// <summary>As a browser says it: scheme, host and port, nothing after them.</summary>
    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.GetLeftPart(UriPartial.Authority) == text;
}

internal static class CrossOrigin
{
    private static readonly TimeSpan Remembered = TimeSpan.FromHours(1);

    /// <summary>What a page may read beside what browsers show of every answer.</summary>
    private static readonly string[] ShownHeaders =
        ["x-request-id", "Location", "Retry-After", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "X-Symbol-Errors", "WWW-Authenticate"];

    public static void AddCrossOrigin(this IServiceCollection services)
    {
        services.AddOptions<CrossOriginOptions>().BindConfiguration("Cors")
            .Validate(options => options.IsValid(), "Cors:Origins are origins with a comma between two of them, such as https://charts.example.org,http://localhost:5173, or * for any.")
            .ValidateOnStart();
        services.AddCors();
        services.AddOptions<CorsOptions>().Configure<IOptions<CrossOriginOptions>>((cors, options) => cors.AddDefaultPolicy(policy => policy
            .WithOrigins(options.Value.ReadOrigins())
            .AllowAnyHeader()
            .WithMethods("GET", "HEAD", "POST", "PUT", "DELETE")
            .WithExposedHeaders(ShownHeaders)
            .SetPreflightMaxAge(Remembered)));
    }
}
