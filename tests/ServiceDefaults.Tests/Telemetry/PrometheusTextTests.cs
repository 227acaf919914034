using System.Diagnostics.Metrics;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using StocksDapr.ServiceDefaults.Telemetry;

namespace StocksDapr.ServiceDefaults.Tests.Telemetry;

public sealed class PrometheusTextTests
{
    [Theory]
    [InlineData("stocksdapr.writer.bars", "{bar}", true, "stocksdapr_writer_bars_total")]
    [InlineData("http.server.request.duration", "s", false, "http_server_request_duration_seconds")]
    [InlineData("process.memory", "By", false, "process_memory_bytes")]
    [InlineData("cache.fill", "1", false, "cache_fill_ratio")]
    [InlineData("9lives", null, false, "_9lives")]
    [InlineData("requests_total", null, true, "requests_total")]
    public void Names_follow_the_rule_for_prometheus(string name, string? unit, bool isCounter, string expected) =>
        PrometheusText.Name(name, unit, isCounter).Should().Be(expected);

    [Fact]
    public void A_scrape_has_counters_gauges_and_histograms_with_escaped_labels()
    {
        using var meter = new Meter("StocksDapr.Test");
        var exporter = new Capturing();
        using var provider = Sdk.CreateMeterProviderBuilder()
            .AddMeter(meter.Name)
            .AddView("waits", new ExplicitBucketHistogramConfiguration { Boundaries = [1, 5] })
            .AddReader(new BaseExportingMetricReader(exporter))
            .Build();
        meter.CreateCounter<long>("bars", "{bar}", "Bars\nby outcome").Add(3, new KeyValuePair<string, object?>("rule", "a \"b\" \\"));
        var waits = meter.CreateHistogram<double>("waits", "s");
        waits.Record(0.5);
        waits.Record(7);
        meter.CreateObservableGauge("age", () => 1.5, "s");

        provider.ForceFlush();

        exporter.Text.Should().Be(
            """
            # HELP bars_total Bars\nby outcome
            # TYPE bars_total counter
            bars_total{rule="a \"b\" \\"} 3
            # TYPE waits_seconds histogram
            waits_seconds_bucket{le="1"} 1
            waits_seconds_bucket{le="5"} 1
            waits_seconds_bucket{le="+Inf"} 2
            waits_seconds_sum 7.5
            waits_seconds_count 2
            # TYPE age_seconds gauge
            age_seconds 1.5

            """.ReplaceLineEndings("\n"));
    }

    private sealed class Capturing : BaseExporter<Metric>
    {
        public string Text { get; private set; } = "";

        public override ExportResult Export(in Batch<Metric> batch)
        {
            var text = new StringBuilder();
            foreach (var metric in batch)
                PrometheusText.Write(text, metric);
            Text = text.ToString();
            return ExportResult.Success;
        }
    }
}
