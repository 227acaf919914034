using Dapr;

namespace StocksDapr.Collector.Tracking;

/// <summary>What is tracked, as all replicas see it: every call asks the state store. Safe to use from several threads.</summary>
internal interface ITrackedSymbols
{
    /// <summary>
    /// Everything that is tracked, in order of the symbols. Nobody need be able to get it: without a key for any provider of the real market, only what
    /// somebody asked for is in it.
    /// </summary>
    /// <exception cref="DaprException">The state store cannot be asked: unknown is not nothing.</exception>
    Task<IReadOnlyList<TrackedSymbol>> GetAsync(CancellationToken cancellationToken);

    /// <summary>Remembers what providers say of a symbol that is tracked: that none of those asked has it, or, with null, that one does.</summary>
    /// <exception cref="DaprException">The state store cannot be asked.</exception>
    Task MarkAsync(string symbol, UnknownSymbol? unknown, CancellationToken cancellationToken);
}
