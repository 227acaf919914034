using Dapr;
using StocksDapr.Collector.Providers;

namespace StocksDapr.Collector.OptionChains;

/// <summary>Whose chains are collected of one market, and who is asked for them, the first one first.</summary>
/// <param name="Name">As in <see cref="Collection.Markets"/>.</param>
/// <param name="Providers">None when nobody has chains.</param>
/// <param name="UnderlyingsAsync">The symbols whose chains are wanted; throws <see cref="DaprException"/> when nobody can say.</param>
internal sealed record OptionMarket(
    string Name, IReadOnlyList<IOptionChainProvider> Providers, Func<CancellationToken, Task<IReadOnlyList<string>>> UnderlyingsAsync);
