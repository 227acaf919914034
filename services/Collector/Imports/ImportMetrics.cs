using System.Diagnostics.Metrics;

namespace StocksDapr.Collector.Imports;

/// <summary>What imports measure.</summary>
internal sealed class ImportMetrics : IDisposable
{
    private readonly Meter _meter = new("StocksDapr.Collector.Imports");
    private readonly Counter<long> _acceptedBytes;
    private readonly Counter<long> _stalled;
    private readonly Histogram<double> _duration;
    private int _unfinished;

    public ImportMetrics()
    {
        _acceptedBytes = _meter.CreateCounter<long>("collector.imports.accepted", "By", "Bytes of files accepted for import, as they were sent.");
        _stalled = _meter.CreateCounter<long>("collector.imports.stalled", "{import}", "Times that an import stood still and its missing batches were published again.");
        _duration = _meter.CreateHistogram<double>("collector.imports.duration", "s", "Time from the acceptance of an import to its last stored batch, by outcome.");
        _meter.CreateObservableGauge("collector.imports.unfinished", () => _unfinished, "{import}", "Imports accepted and not done.");
    }

    public void Accepted(long bytes) => _acceptedBytes.Add(bytes);

    public void Stalled() => _stalled.Add(1);

    public void Finished(string outcome, TimeSpan duration) =>
        _duration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("outcome", outcome));

    public void Unfinished(int imports) => Volatile.Write(ref _unfinished, imports);

    public void Dispose() => _meter.Dispose();
}
