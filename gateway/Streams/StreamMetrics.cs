using System.Diagnostics.Metrics;

namespace StocksDapr.Gateway.Streams;

/// <summary>What Gateway counts of streams.</summary>
internal sealed class StreamMetrics : IDisposable
{
    private readonly Meter _meter = new("StocksDapr.Gateway");
    private readonly UpDownCounter<long> _open;
    private readonly Counter<long> _events;
    private readonly Counter<long> _ended;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _failures;
    private readonly Histogram<double> _delay;

    public StreamMetrics()
    {
        _open = _meter.CreateUpDownCounter<long>("stocksdapr.gateway.stream.open", "{stream}", "Streams that are open.");
        _events = _meter.CreateCounter<long>("stocksdapr.gateway.stream.events", "{event}", "Events sent to readers.");
        _ended = _meter.CreateCounter<long>("stocksdapr.gateway.stream.ended", "{stream}", "Streams that ended, by reason.");
        _refused = _meter.CreateCounter<long>("stocksdapr.gateway.stream.refused", "{request}", "Streams that were not opened because there are too many, by reason.");
        _failures = _meter.CreateCounter<long>("stocksdapr.gateway.stream.source_failures", "{request}", "Questions to Query about the stream that were not answered.");
        _delay = _meter.CreateHistogram(
            "stocksdapr.gateway.stream.delay", "s", "From the writing of an event to its arrival here, by the clocks of both.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10] });
    }

    public void Opened() => _open.Add(1);

    public void Ended(string reason)
    {
        _open.Add(-1);
        _ended.Add(1, new KeyValuePair<string, object?>("reason", reason));
    }

    public void Refused(string reason) => _refused.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void Sent(int events) => _events.Add(events);

    public void Arrived(TimeSpan delay) => _delay.Record(Math.Max(0, delay.TotalSeconds));

    public void SourceFailed() => _failures.Add(1);

    public void Dispose() => _meter.Dispose();
}
