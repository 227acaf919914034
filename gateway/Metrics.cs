using System.Diagnostics.Metrics;

namespace StocksDapr.Gateway;

/// <summary>What Gateway counts besides the requests, which the web server counts.</summary>
internal sealed class Metrics : IDisposable
{
    private readonly Meter _meter = new("StocksDapr.Gateway");
    private readonly Counter<long> _limited;
    private readonly Counter<long> _unanswered;

    public Metrics()
    {
        _limited = _meter.CreateCounter<long>("stocksdapr.gateway.rate_limited", "{request}", "Requests refused because their token or address was over its limit.");
        _unanswered = _meter.CreateCounter<long>("stocksdapr.gateway.unanswered", "{request}", "Requests that the service behind did not answer, by service.");
    }

    public void CountLimited() => _limited.Add(1);

    public void CountUnanswered(string service) => _unanswered.Add(1, new KeyValuePair<string, object?>("service", service));

    public void Dispose() => _meter.Dispose();
}
