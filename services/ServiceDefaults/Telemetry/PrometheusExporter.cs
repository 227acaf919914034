using System.Text;
using Microsoft.AspNetCore.Http;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace StocksDapr.ServiceDefaults.Telemetry;

/// <summary>Collects when it is scraped, and answers in the Prometheus text format, version 0.0.4.</summary>
[ExportModes(ExportModes.Pull)]
internal sealed class PrometheusExporter : BaseExporter<Metric>, IPullMetricExporter
{
    private readonly Lock _scrape = new();
    private string _text = "";

    public Func<int, bool>? Collect { get; set; }

    public override ExportResult Export(in Batch<Metric> batch)
    {
        var text = new StringBuilder(16 * 1024);
        foreach (var metric in batch)
            PrometheusText.Write(text, metric);
        _text = text.ToString();
        return ExportResult.Success;
    }

    public async Task WriteAsync(HttpContext context)
    {
        string text;
        lock (_scrape)
        {
            // Collecting calls Export on this thread; false means that a provider is missing or shut down.
            if (Collect?.Invoke(Timeout.Infinite) != true)
            {
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return;
            }

            text = _text;
        }

        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        await context.Response.WriteAsync(text, context.RequestAborted);
    }
}
