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

    /// <summary>Remembers of symbols that none of the providers that were asked has them; of those that are not tracked nothing.</summary>
    /// <exception cref="DaprException">The state store cannot be asked.</exception>
    Task UnknownAsync(IReadOnlyCollection<string> symbols, IReadOnlyList<string> providers, CancellationToken cancellationToken);

    /// <summary>Forgets that of symbols of which a provider has bars after all. For symbols of which it was not known when last read, nobody is asked.</summary>
    Task FoundAsync(IReadOnlyCollection<string> symbols, CancellationToken cancellationToken);
}
