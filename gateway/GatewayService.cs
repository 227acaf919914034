using StocksDapr.Contracts;
using StocksDapr.Gateway.Access;
using StocksDapr.Gateway.Accounts;
using StocksDapr.Gateway.Edge;
using StocksDapr.Gateway.Limits;
using StocksDapr.Gateway.OpenApi;
using StocksDapr.Gateway.Proxy;
using StocksDapr.Gateway.Streams;
using StocksDapr.Gateway.Tokens;
using StocksDapr.ServiceDefaults;

namespace StocksDapr.Gateway;

/// <summary>What this service is made of, and what a request goes through, in this order.</summary>
internal static class GatewayService
{
    /// <param name="configure">Called before the application is built, for tests and benchmarks.</param>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddServiceDefaults(AppIds.Gateway);
        builder.WebHost.ConfigureKestrel(EdgeLimits.Apply);
        builder.Services.AddSingleton<Metrics>();
        builder.Services.AddCrossOrigin();
        builder.Services.AddAccess();
        builder.Services.AddRateLimits();
        builder.Services.AddServiceProxy();
        builder.Services.AddStreams();
        builder.Services.AddSingleton<ApiDescription>();
        configure?.Invoke(builder);

        var app = builder.Build();
        RefusedRequests.Describe(app.Services);
        app.UseMiddleware<EdgeHeaders>();
        app.UseServiceDefaults(publicEdge: true);
        app.UseCors();
        app.UseDocs();
        app.UseAuthentication();
        app.UseMiddleware<RateLimit>();
        app.UseAuthorization();
        app.MapAccounts();
        app.MapTokens();
        app.MapServices();
        app.MapStreams();
        app.MapDescription();

        // Its sidecar asks every application; this one listens to no topic.
        app.MapGet("/dapr/subscribe", () => Array.Empty<object>()).AllowAnonymous().ExcludeFromDescription();
        return app;
    }
}
