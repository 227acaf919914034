using System.Diagnostics.Metrics;

namespace StocksDapr.Query;

/// <summary>What this service measures beside what ASP.NET Core and Npgsql do.</summary>
internal sealed class QueryMetrics : IDisposable
{
    public const string MeterName = "StocksDapr.Query";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _bars;
    private readonly Counter<long> _loads;
    private readonly Counter<long> _evictions;
    private readonly Counter<long> _invalidations;
    private readonly Counter<long> _listenLosses;
    private readonly Counter<long> _databaseFaults;
    private readonly Histogram<double> _fenceDuration;
    private long _cachedBytes;
    private int _listening;

    public QueryMetrics()
    {
        _bars = _meter.CreateCounter<long>("stocksdapr.query.bars", "{bar}", "Bars answered by /bars.");
        _loads = _meter.CreateCounter<long>("stocksdapr.query.cache.loads", "{load}", "Reads from the database that the cache could not spare.");
        _evictions = _meter.CreateCounter<long>("stocksdapr.query.cache.evictions", "{block}", "Blocks that left the cache for want of room.");
        _invalidations = _meter.CreateCounter<long>("stocksdapr.query.cache.invalidations", "{event}", "Stored events that the cache obeyed.");
        _listenLosses = _meter.CreateCounter<long>("stocksdapr.query.listen.losses", "{loss}", "Times the listening connection was lost and the cache went off.");
        _databaseFaults = _meter.CreateCounter<long>("stocksdapr.query.database.faults", "{fault}", "Requests answered 503 for the database, by code.");
        _fenceDuration = _meter.CreateHistogram(
            "stocksdapr.query.fence.duration", "s", "How long until all that was committed before was obeyed by the cache.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 2] });
        _meter.CreateObservableGauge("stocksdapr.query.cache.bytes", () => Volatile.Read(ref _cachedBytes), "By", "Memory that the rendered bars take.");
        _meter.CreateObservableGauge("stocksdapr.query.listening", () => Volatile.Read(ref _listening), "{connection}", "1 while the cache is on, 0 while it is off.");
    }

    public void Answered(int bars) => _bars.Add(bars);

    public void Loaded() => _loads.Add(1);

    public void Evicted() => _evictions.Add(1);

    public void Invalidated() => _invalidations.Add(1);

    public void ListenLost() => _listenLosses.Add(1);

    public void DatabaseFault(string code) => _databaseFaults.Add(1, new KeyValuePair<string, object?>("code", code));

    public void Fenced(TimeSpan duration) => _fenceDuration.Record(duration.TotalSeconds);

    public void CachedBytes(long bytes) => Volatile.Write(ref _cachedBytes, bytes);

    public void Listening(bool on) => Volatile.Write(ref _listening, on ? 1 : 0);

    public void Dispose() => _meter.Dispose();
}
