using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using StocksDapr.Market;
using StocksDapr.Writer.Bars;

namespace StocksDapr.Writer;

/// <summary>Everything that Writer measures.</summary>
internal sealed class Metrics : IDisposable
{
    public const string Name = "StocksDapr.Writer";

    private static readonly InstrumentAdvice<double> Seconds =
        new() { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] };

    private static readonly InstrumentAdvice<long> Counts =
        new() { HistogramBucketBoundaries = [1, 4, 16, 64, 256, 1_000, 4_000, 16_000, 64_000] };

    private readonly Meter _meter;
    private readonly TimeProvider _time;
    private readonly Counter<long> _bars;
    private readonly Counter<long> _deadLetters;
    private readonly Counter<long> _failures;
    private readonly Histogram<double> _duration;
    private readonly Histogram<long> _batchBars;
    private readonly Histogram<long> _batchMessages;
    private readonly Histogram<double> _latency;
    private readonly ConcurrentDictionary<Interval, DateTimeOffset> _newest = new();

    public Metrics(IMeterFactory meters, BarQueue queue, TimeProvider time)
    {
        _time = time;
        _meter = meters.Create(Name);
        _bars = _meter.CreateCounter<long>("stocks.writer.bars", "{bar}", "Bars received, by outcome: inserted, revised, unchanged, quarantined, repeated");
        _deadLetters = _meter.CreateCounter<long>("stocks.writer.dead_letters", "{message}", "Messages that arrived as dead letters, by original topic");
        _failures = _meter.CreateCounter<long>("stocks.writer.failures", "{transaction}", "Transactions that failed, by kind: database, data");
        _duration = _meter.CreateHistogram(
            "stocks.writer.transaction.duration", "s", "Duration of a transaction of bars, from its first statement to its commit", advice: Seconds);
        _batchBars = _meter.CreateHistogram("stocks.writer.transaction.bars", "{bar}", "Bars in a transaction", advice: Counts);
        _batchMessages = _meter.CreateHistogram("stocks.writer.transaction.messages", "{message}", "Messages in a transaction", advice: Counts);
        _latency = _meter.CreateHistogram("stocks.writer.latency", "s", "From the arrival of a message to its commit, waiting included", advice: Seconds);
        _meter.CreateObservableGauge("stocks.writer.queue.messages", () => queue.Count, "{message}", "Messages that wait for a transaction");
        _meter.CreateObservableGauge("stocks.writer.newest_bar.age", NewestAges, "s", "Age of the newest bar that is stored, by interval: now minus its start");
    }

    public void Committed(IReadOnlyList<WrittenBars> written, IReadOnlyList<PendingBars> pending, TimeSpan duration)
    {
        long inserted = 0, revised = 0, unchanged = 0, quarantined = 0, repeated = 0, bars = 0;
        foreach (var outcome in written)
        {
            inserted += outcome.Inserted;
            revised += outcome.Revised;
            unchanged += outcome.Unchanged;
            quarantined += outcome.Quarantined;
            repeated += outcome.Message.Repeated;
            bars += outcome.Message.Bars.Length;
            if (outcome.Message.Bars.Length > 0)
                Stored(outcome.Message.Interval, outcome.Message.Bars[^1].Start);
        }

        Count("inserted", inserted);
        Count("revised", revised);
        Count("unchanged", unchanged);
        Count("quarantined", quarantined);
        Count("repeated", repeated);
        _duration.Record(duration.TotalSeconds);
        _batchBars.Record(bars);
        _batchMessages.Record(written.Count);
        foreach (var message in pending)
            _latency.Record(_time.GetElapsedTime(message.ArrivedAt).TotalSeconds);
    }

    /// <summary>A bar of this interval and start is in the database.</summary>
    public void Stored(Interval interval, DateTimeOffset start) =>
        _newest.AddOrUpdate(interval, static (_, start) => start, static (_, known, start) => start > known ? start : known, start);

    public void DeadLetter(string topic) => _deadLetters.Add(1, new KeyValuePair<string, object?>("topic", topic));

    /// <summary>The database's trouble.</summary>
    public void DatabaseFailed() => _failures.Add(1, new KeyValuePair<string, object?>("kind", "database"));

    /// <summary>A message that cannot be stored.</summary>
    public void DataRefused() => _failures.Add(1, new KeyValuePair<string, object?>("kind", "data"));

    public void Dispose() => _meter.Dispose();

    private void Count(string outcome, long bars)
    {
        if (bars > 0)
            _bars.Add(bars, new KeyValuePair<string, object?>("outcome", outcome));
    }

    private IEnumerable<Measurement<double>> NewestAges()
    {
        var now = _time.GetUtcNow();
        return _newest.Select(entry => new Measurement<double>(
            (now - entry.Value).TotalSeconds, new TagList { { "interval", entry.Key.Code } }));
    }
}
