using System.Diagnostics.Metrics;

namespace StocksDapr.Collector.Live;

/// <summary>What is measured of live bars.</summary>
internal sealed class LiveMetrics : IDisposable
{
    private readonly Meter _meter = new(CollectorMetrics.Name);
    private readonly Counter<long> _trades;
    private readonly Counter<long> _updates;
    private readonly Counter<long> _losses;
    private readonly UpDownCounter<long> _leading;

    public LiveMetrics()
    {
        _trades = _meter.CreateCounter<long>("collector.live.trades", "{trade}", "Trades that streams brought, by what became of them.");
        _updates = _meter.CreateCounter<long>("collector.live.updates", "{bar}", "States of forming bars that were published.");
        _losses = _meter.CreateCounter<long>("collector.live.connection_losses", "{connection}", "Connections of streams that ended early or could not be made.");
        _leading = _meter.CreateUpDownCounter<long>("collector.live.leading", "{stream}", "Streams that this replica holds.");
    }

    public void Traded(string provider, TradeVerdict verdict) => _trades.Add(1, new("provider", provider), new("verdict", verdict));

    public void Published(string provider, int bars) => _updates.Add(bars, new KeyValuePair<string, object?>("provider", provider));

    public void ConnectionLost(string provider) => _losses.Add(1, new KeyValuePair<string, object?>("provider", provider));

    public void Leads(string provider, bool leads) => _leading.Add(leads ? 1 : -1, new KeyValuePair<string, object?>("provider", provider));

    public void Dispose() => _meter.Dispose();
}
