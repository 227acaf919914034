namespace StocksDapr.Collector.Providers;

/// <summary>A provider that streams trades as they happen.</summary>
internal interface ITradeStream
{
    /// <summary>The provider's name, as in <see cref="IMarketDataProvider.Name"/>.</summary>
    string Name { get; }

    /// <summary>How many symbols may be subscribed to at a time.</summary>
    int MaxStreamedSymbols { get; }

    /// <summary>Whether it has what it needs to connect: a key, where it wants one. Where it has not, nobody tries; that may change at any time.</summary>
    bool IsConfigured => true;

    /// <summary>
    /// Begins each connection with everything that was traded in the session under way, so that nothing is missed between two connections.
    /// </summary>
    bool ReplaysSession => false;

    /// <summary>
    /// Connects and yields trades until the connection ends or the call is cancelled. Whoever reads it connects again, with a pause: what was
    /// traded between is lost to the stream.
    /// </summary>
    /// <exception cref="ProviderStreamException">The vendor refused, or the connection was lost.</exception>
    IAsyncEnumerable<LiveTrade> StreamAsync(IReadOnlyList<string> symbols, CancellationToken cancellationToken);
}

/// <summary>One trade. The time is UTC, the price raw, the volume in shares.</summary>
internal readonly record struct LiveTrade(string Symbol, DateTimeOffset At, double Price, long Volume);

/// <summary>A stream of trades ended or could not begin.</summary>
internal sealed class ProviderStreamException(ProviderError error) : Exception(error.Detail)
{
    public ProviderError Error => error;
}
