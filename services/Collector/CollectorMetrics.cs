using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace StocksDapr.Collector;

/// <summary>What Collector measures, and the source of its traces.</summary>
internal sealed class CollectorMetrics : IDisposable
{
    public const string Name = "StocksDapr.Collector";

    /// <summary>Spans of collections and of the requests to providers.</summary>
    public static readonly ActivitySource Activities = new(Name);

    private readonly Meter _meter = new(Name);
    private readonly Counter<long> _barsPublished;
    private readonly Counter<long> _publishFailures;
    private readonly Counter<long> _providerRequests;
    private readonly Histogram<double> _schedule;
    private readonly Gauge<long> _barsMissing;
    private readonly Counter<long> _crossChecked;

    public CollectorMetrics()
    {
        _barsPublished = _meter.CreateCounter<long>("collector.bars.published", "{bar}", "Bars handed to the broker.");
        _publishFailures = _meter.CreateCounter<long>(
            "collector.publish.failures", "{attempt}", "Attempts to publish that the sidecar or the broker refused.");
        _providerRequests = _meter.CreateCounter<long>("collector.provider.requests", "{request}", "Requests to providers, by outcome.");
        _schedule = _meter.CreateHistogram<double>(
            "collector.schedule.duration", "s", "Time of a look at what is due, until its runs are scheduled.");
        _crossChecked = _meter.CreateCounter<long>(
            "collector.cross_check.bars", "{bar}", "Stored bars that a second provider was asked for, by outcome: agreed, differing, not compared.");
        _barsMissing = _meter.CreateGauge<long>(
            "collector.bars.missing", "{bar}", "Bars that should be stored and are not, at the last look.");
    }

    public void BarsPublished(string topic, string provider, int bars) =>
        _barsPublished.Add(bars, new("topic", topic), new("provider", provider));

    public void PublishFailed(string topic) => _publishFailures.Add(1, new KeyValuePair<string, object?>("topic", topic));

    public void ProviderAnswered(string provider, string outcome) =>
        _providerRequests.Add(1, new("provider", provider), new("outcome", outcome));

    public void Scheduled(TimeSpan duration, string outcome) =>
        _schedule.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("outcome", outcome));

    public void CrossChecked(int agreed, int differing, int notCompared)
    {
        foreach (var (outcome, bars) in ((string, int)[])[("agreed", agreed), ("differing", differing), ("not compared", notCompared)])
            _crossChecked.Add(bars, new KeyValuePair<string, object?>("outcome", outcome));
    }

    public void BarsMissing(string market, string interval, long bars) =>
        _barsMissing.Record(bars, new("market", market), new KeyValuePair<string, object?>("interval", interval));

    public void Dispose() => _meter.Dispose();
}
