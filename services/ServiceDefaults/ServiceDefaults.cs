using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using StocksDapr.Contracts.Json;
using StocksDapr.ServiceDefaults.Http;
using StocksDapr.ServiceDefaults.Messaging;
using StocksDapr.ServiceDefaults.Telemetry;

namespace StocksDapr.ServiceDefaults;

/// <summary>What every service does the same way; a service's Program.cs calls each of the two once.</summary>
public static class ServiceDefaults
{
    /// <summary>
    /// Listening on <c>APP_PORT</c> of the loopback address (unless URLs are configured), logs, telemetry, health, problem details,
    /// JSON, OpenAPI and the Dapr client.
    /// </summary>
    /// <param name="builder">The service's builder.</param>
    /// <param name="appId">The service's Dapr application id; also its name in telemetry.</param>
    public static WebApplicationBuilder AddServiceDefaults(this WebApplicationBuilder builder, string appId)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ListenOnAppPort(builder);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 64 * 1024 * 1024;
        });
        AddLogging(builder);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.ConfigureHttpJsonOptions(json => ContractsJson.Apply(json.SerializerOptions));
        builder.Services.AddDaprClient(dapr => dapr.UseJsonSerializationOptions(ContractsJson.Options));
        builder.Services.AddSingleton<SecretReader>();
        builder.Services.AddSingleton<SymbolPublisher>();
        builder.Services.AddHealthChecks().AddCheck<SubscriptionsStand>(Health.Subscriptions, tags: [Health.Subscriptions]);
        builder.Services.AddApiProblems();
        builder.Services.AddOpenApi();
        builder.AddTelemetry(appId);
        return builder;
    }

    /// <summary>
    /// Answers <c>/healthz</c>, <c>/readyz</c>, <c>/readyz/subscriptions</c>, <c>/metrics</c>, <c>/dapr/subscribe</c> and <c>/openapi/v1.json</c>; turns what goes wrong into
    /// problem details; lets only the sidecar in where <c>APP_API_TOKEN</c> is set.
    /// </summary>
    /// <param name="app">The service.</param>
    /// <param name="publicEdge">
    /// The service is reached by people and programs outside: it lets others in than the sidecar, and describes its API itself.
    /// </param>
    public static WebApplication UseServiceDefaults(this WebApplication app, bool publicEdge = false)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseMiddleware<RequestId>();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        if (!publicEdge && app.Configuration["APP_API_TOKEN"] is { Length: > 0 } token)
            app.UseMiddleware<SidecarOnly>(token);
        app.MapHealth();
        app.MapPrometheus(publicEdge);
        if (!publicEdge)
        {
            app.MapSubscribeHandler();
            app.MapSubscriptionsHealth();
            app.MapOpenApi();
        }

        return app;
    }

    private static void ListenOnAppPort(WebApplicationBuilder builder)
    {
        if (builder.Configuration["APP_PORT"] is { Length: > 0 } port && string.IsNullOrEmpty(builder.Configuration[WebHostDefaults.ServerUrlsKey]))
            builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
    }

    private static void AddLogging(WebApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
        if (string.Equals(builder.Configuration["Logging:Format"], "json", StringComparison.OrdinalIgnoreCase))
        {
            builder.Logging.AddJsonConsole(console => console.UseUtcTimestamp = true);
        }
        else
        {
            builder.Logging.AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            });
        }

        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.Extensions.Http", LogLevel.Warning);
        builder.Logging.AddFilter("System.Net.Http", LogLevel.Warning);
        builder.Logging.AddFilter("Npgsql", LogLevel.Warning);
        builder.Logging.AddFilter("Yarp", LogLevel.Warning);

        // Who asks for readiness gets the reasons; a service that waits for another one at its start is no error.
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
    }
}
