using StocksDapr.Collector.Tracking;

namespace StocksDapr.Collector.Tests.Tracking;

/// <summary>What is tracked, in memory.</summary>
internal sealed class FakeTracking : ITrackedSymbols
{
    public List<TrackedSymbol> Symbols { get; } = [];

    /// <summary>What nobody has, with those who say so.</summary>
    public Dictionary<string, IReadOnlyList<string>> Unknown { get; } = [];

    public Task<IReadOnlyList<TrackedSymbol>> GetAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<TrackedSymbol>>([.. Symbols]);

    public Task UnknownAsync(IReadOnlyCollection<string> symbols, IReadOnlyList<string> providers, CancellationToken cancellationToken)
    {
        foreach (var symbol in symbols)
            Unknown[symbol] = providers;
        return Task.CompletedTask;
    }

    public Task FoundAsync(IReadOnlyCollection<string> symbols, CancellationToken cancellationToken)
    {
        foreach (var symbol in symbols)
            Unknown.Remove(symbol);
        return Task.CompletedTask;
    }
}
