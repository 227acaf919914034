using System.Diagnostics.Metrics;

namespace StocksDapr.Collector.Providers.Health;

/// <summary>What is left of budgets, who waits and which circuits are open, as metrics: as this replica last saw what all share.</summary>
internal sealed class ProviderGauges : IDisposable
{
    private readonly Meter _meter = new(CollectorMetrics.Name);

    public ProviderGauges(ProviderOverview overview)
    {
        _meter.CreateObservableGauge(
            "collector.provider.budget.left", () => overview.Seen().SelectMany(Left), "{credit}", "Credits that a key may still spend, by provider, key and window (minute, day).");
        _meter.CreateObservableGauge(
            "collector.provider.waiting", () => overview.Seen().Select(provider => Of(provider.Queue.Length, provider)), "{request}", "Requests that wait for a budget, in all replicas.");
        _meter.CreateObservableGauge(
            "collector.provider.circuit", () => overview.Seen().Select(provider => Of(provider.Circuit.State switch { "closed" => 0, "halfOpen" => 1, _ => 2 }, provider)),
            description: "Whether a provider is asked: 0 it is, 1 single requests try whether it is back, 2 it is left alone.");
        _meter.CreateObservableGauge(
            "collector.provider.keys.usable", () => overview.Seen().Select(provider => Of(provider.Keys.Count(key => key.State is "ready" or "spent"), provider)), "{key}",
            "Keys that the provider neither limits nor refuses.");
    }

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<int>> Left(ProviderView provider) =>
        from key in provider.Keys
        from window in new[] { (Name: "minute", Budget: key.Minute), (Name: "day", Budget: key.Day) }
        where window.Budget is not null
        select new Measurement<int>(window.Budget.Left, new("provider", provider.Name), new("key", key.Key), new("window", window.Name));

    private static Measurement<int> Of(int value, ProviderView provider) => new(value, new KeyValuePair<string, object?>("provider", provider.Name));
}
