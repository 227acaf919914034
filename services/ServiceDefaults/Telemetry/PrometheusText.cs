using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace StocksDapr.ServiceDefaults.Telemetry;

/// <summary>
/// One metric in the Prometheus text format. Names follow the OpenTelemetry rule for Prometheus: other characters than letters, digits
/// and <c>_</c> become <c>_</c>, the unit is appended in words (<c>_seconds</c>, <c>_bytes</c>), counters end in <c>_total</c>.
/// </summary>
internal static class PrometheusText
{
    public static void Write(StringBuilder text, Metric metric)
    {
        var kind = metric.MetricType;
        var isCounter = kind is MetricType.LongSum or MetricType.DoubleSum;
        var isHistogram = kind is MetricType.Histogram;
        if (kind is MetricType.ExponentialHistogram)
            return;

        var name = Name(metric.Name, metric.Unit, isCounter);
        if (metric.Description is { Length: > 0 } description)
            text.Append("# HELP ").Append(name).Append(' ').Append(EscapeHelp(description)).Append('\n');
        text.Append("# TYPE ").Append(name).Append(' ').Append(isHistogram ? "histogram" : isCounter ? "counter" : "gauge").Append('\n');
        foreach (ref readonly var point in metric.GetMetricPoints())
        {
            if (isHistogram)
            {
                WriteHistogram(text, name, point);
                continue;
            }

            WriteSample(text, name, "", point.Tags, null, kind switch
            {
                MetricType.LongSum or MetricType.LongSumNonMonotonic => point.GetSumLong(),
                MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic => point.GetSumDouble(),
                MetricType.LongGauge => point.GetGaugeLastValueLong(),
                _ => point.GetGaugeLastValueDouble(),
            });
        }
    }

    internal static string Name(string name, string? unit, bool isCounter)
    {
        var builder = new StringBuilder(name.Length + 16);
        foreach (var c in name)
            builder.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
        if (char.IsAsciiDigit(builder[0]))
            builder.Insert(0, '_');

        var suffix = unit switch
        {
            "s" => "seconds",
            "ms" => "milliseconds",
            "By" => "bytes",
            "1" => isCounter ? null : "ratio",
            null or "" => null,
            _ when unit[0] == '{' => null,
            _ => new string([.. unit.Where(char.IsAsciiLetterOrDigit)]),
        };
        if (suffix is { Length: > 0 } && !builder.ToString().EndsWith('_' + suffix, StringComparison.Ordinal))
            builder.Append('_').Append(suffix);
        if (isCounter && !builder.ToString().EndsWith("_total", StringComparison.Ordinal))
            builder.Append("_total");
        return builder.ToString();
    }

    private static void WriteHistogram(StringBuilder text, string name, in MetricPoint point)
    {
        long count = 0;
        foreach (var bucket in point.GetHistogramBuckets())
        {
            count += bucket.BucketCount;
            WriteSample(text, name, "_bucket", point.Tags, double.IsPositiveInfinity(bucket.ExplicitBound) ? "+Inf" : Number(bucket.ExplicitBound), count);
        }

        WriteSample(text, name, "_sum", point.Tags, null, point.GetHistogramSum());
        WriteSample(text, name, "_count", point.Tags, null, point.GetHistogramCount());
    }

    private static void WriteSample(StringBuilder text, string name, string suffix, ReadOnlyTagCollection tags, string? bound, double value)
    {
        text.Append(name).Append(suffix);
        var separator = '{';
        foreach (var tag in tags)
        {
            text.Append(separator);
            foreach (var c in tag.Key)
                text.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
            text.Append("=\"").Append(EscapeLabel(Convert.ToString(tag.Value, CultureInfo.InvariantCulture) ?? "")).Append('"');
            separator = ',';
        }

        if (bound is not null)
        {
            text.Append(separator).Append("le=\"").Append(bound).Append('"');
            separator = ',';
        }

        if (separator == ',')
            text.Append('}');
        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Number(double value) =>
        double.IsNaN(value) ? "NaN"
        : double.IsPositiveInfinity(value) ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf"
        : value.ToString("R", CultureInfo.InvariantCulture);

    private static string EscapeHelp(string text) => text.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal);

    private static string EscapeLabel(string text) => EscapeHelp(text).Replace("\"", "\\\"", StringComparison.Ordinal);
}
