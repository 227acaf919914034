using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace StocksDapr.ServiceDefaults.Telemetry;

/// <summary>
/// Metrics for Prometheus at <c>/metrics</c>, and metrics and traces by OTLP where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names a collector.
/// A service's own meters and activity sources are named <c>StocksDapr.*</c>.
/// </summary>
internal static class Telemetry
{
    private const string OwnPrefix = "StocksDapr.*";

    private static readonly string[] Meters =
        [OwnPrefix, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http", "System.Runtime", "Npgsql"];

    private static readonly IPNetwork[] Inside =
        [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.168.0.0/16"), IPNetwork.Parse("fc00::/7")];

    private static readonly string[] Sources = [OwnPrefix, "Microsoft.AspNetCore", "System.Net.Http", "Npgsql"];

    public static void AddTelemetry(this WebApplicationBuilder builder, string appId)
    {
        // Read by ASP.NET Core when it makes the span of a request: with it the span carries method, route and status.
        AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false);
        var resource = ResourceBuilder.CreateDefault().AddService(appId, serviceNamespace: "stocksdapr", serviceInstanceId: Environment.MachineName);
        var exportsByOtlp = !string.IsNullOrEmpty(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        var prometheus = new PrometheusExporter();

        builder.Services.AddSingleton(prometheus);
        builder.Services.AddHostedService(_ => new Providers(Meter(resource, prometheus, exportsByOtlp), exportsByOtlp ? Tracer(resource) : null));
    }

    /// <summary>On a public edge metrics are for the machine itself: a scraper comes from the loopback address or to the pod's own port.</summary>
    public static void MapPrometheus(this IEndpointRouteBuilder app, bool publicEdge) =>
        app.MapGet("/metrics", (HttpContext context, PrometheusExporter exporter) =>
            {
                if (!publicEdge || IsFromInside(context.Connection.RemoteIpAddress))
                    return exporter.WriteAsync(context);

                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            })
            .AllowAnonymous()
            .ExcludeFromDescription();

    /// <summary>Loopback, or an address that is not routed on the internet (RFC 1918, RFC 4193).</summary>
    private static bool IsFromInside(IPAddress? address)
    {
        if (address is null)
            return false;
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return IPAddress.IsLoopback(address) || Inside.Any(network => network.Contains(address));
    }

    private static MeterProvider Meter(ResourceBuilder resource, PrometheusExporter prometheus, bool exportsByOtlp)
    {
        var builder = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter(Meters)
            .AddReader(new BaseExportingMetricReader(prometheus));
        if (exportsByOtlp)
            builder.AddOtlpExporter();
        return builder.Build();
    }

    private static TracerProvider Tracer(ResourceBuilder resource) =>
        Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(Sources).AddOtlpExporter().Build();

    /// <summary>Keeps the providers for as long as the service runs and flushes them when it stops.</summary>
    private sealed class Providers(MeterProvider meter, TracerProvider? tracer) : IHostedService, IDisposable
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose()
        {
            meter.Dispose();
            tracer?.Dispose();
        }
    }
}
