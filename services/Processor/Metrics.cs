using System.Diagnostics.Metrics;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Processor;

/// <summary>What Processor counts.</summary>
internal sealed class Metrics : IDisposable
{
    private readonly Meter _meter = new("StocksDapr.Processor");
    private readonly Counter<long> _bars;
    private readonly Counter<long> _quarantined;
    private readonly Counter<long> _unreadable;
    private readonly Counter<long> _quotes;
    private readonly Counter<long> _findings;

    public Metrics()
    {
        _bars = _meter.CreateCounter<long>("stocksdapr.processor.bars", "{bar}", "Bars judged, by outcome: clean, repeated, quarantined.");
        _quarantined = _meter.CreateCounter<long>("stocksdapr.processor.quarantined", "{bar}", "Bars sent to quarantine, by rule and provider.");
        _unreadable = _meter.CreateCounter<long>("stocksdapr.processor.unreadable", "{message}", "Messages that could not be understood and went to the dead letters.");
        _quotes = _meter.CreateCounter<long>("stocksdapr.processor.option_quotes", "{quote}", "Option quotes judged, by outcome: valued, unvalued, repeated, quarantined.");
        _findings = _meter.CreateCounter<long>("stocksdapr.processor.option_findings", "{finding}", "What was noticed about option chains, by rule and provider.");
    }

    public void Count(CleanOptionChain clean)
    {
        var provider = new KeyValuePair<string, object?>("provider", clean.Provenance.Provider);
        var valued = clean.Quotes.Count(quote => quote.Valuation is not null);
        _quotes.Add(valued, provider, new("outcome", "valued"));
        _quotes.Add(clean.Quotes.Count - valued, provider, new("outcome", "unvalued"));
        _quotes.Add(clean.Repeated, provider, new("outcome", "repeated"));
        _quotes.Add(clean.Quarantined.Count, provider, new("outcome", "quarantined"));
        foreach (var finding in clean.Findings)
            _findings.Add(1, new("rule", finding.Rule), provider);
    }

    public void Count(CleanBars clean)
    {
        var interval = new KeyValuePair<string, object?>("interval", clean.Interval.Code);
        _bars.Add(clean.Bars.Count, interval, new("outcome", "clean"));
        if (clean.Repeated > 0)
            _bars.Add(clean.Repeated, interval, new("outcome", "repeated"));
        if (clean.Quarantined.Count > 0)
            _bars.Add(clean.Quarantined.Count, interval, new("outcome", "quarantined"));
        foreach (var bar in clean.Quarantined)
            _quarantined.Add(1, new("rule", bar.Rule), new KeyValuePair<string, object?>("provider", clean.Provenance.Provider));
    }

    public void CountUnreadable() => _unreadable.Add(1);

    public void Dispose() => _meter.Dispose();
}
