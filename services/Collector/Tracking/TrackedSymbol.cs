using StocksDapr.Market;

namespace StocksDapr.Collector.Tracking;

/// <summary>A symbol of the real market that is to be collected.</summary>
/// <param name="Symbol">The symbol.</param>
/// <param name="TrackedBy">The account that asked for it as it is, or <see cref="ByDefault"/>.</param>
/// <param name="Intervals">Of which intervals bars are wanted, shortest first; at least one.</param>
/// <param name="Options">Whether its option chains are wanted too.</param>
/// <param name="Since">From when on it has been tracked, UTC.</param>
internal sealed record TrackedSymbol(string Symbol, string TrackedBy, IReadOnlyList<Interval> Intervals, bool Options, DateTimeOffset Since)
{
    /// <summary>Who tracks what nobody asked for: the list of <see cref="UsStocks"/>.</summary>
    public const string ByDefault = "default";

    /// <summary>Set while every provider that was asked says that it does not have the symbol.</summary>
    public UnknownSymbol? Unknown { get; init; }
}

/// <param name="Providers">Who says so.</param>
/// <param name="At">When they last did, UTC.</param>
internal sealed record UnknownSymbol(IReadOnlyList<string> Providers, DateTimeOffset At);
