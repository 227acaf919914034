using StocksDapr.Collector.Providers;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Collection;

/// <summary>A provider that can be asked for an interval now.</summary>
/// <param name="Provider">The provider.</param>
/// <param name="Interval">The interval.</param>
/// <param name="Since">No bar that starts earlier can be had, UTC; null for no limit.</param>
/// <param name="LargestRequest">The credits that one request may cost.</param>
internal sealed record Source(IMarketDataProvider Provider, Interval Interval, DateTimeOffset? Since, int LargestRequest)
{
    public string Name => Provider.Name;

    /// <summary>Bars of one symbol in one request: a message has one symbol of a request, so no more than fit into that.</summary>
    public int MaxBars => Math.Min(Provider.Capabilities.MaxBarsOf(Interval), RawBars.MaxBars);

    public bool Reaches(DateTimeOffset start) => Since is not { } since || start >= since;

    /// <summary>How many of some symbols one request can be for, as the provider takes them and a key can pay for them; 0 when not even one.</summary>
    public int SymbolsPerRequest(IReadOnlyList<string> symbols, DateTimeOffset from, DateTimeOffset to)
    {
        var most = Math.Min(symbols.Count, Provider.Capabilities.MaxSymbols);
        if (LargestRequest == int.MaxValue)
            return most;
        while (most > 0 && Provider.CreditsFor(new BarsRequest([.. symbols.Take(most)], Interval, from, to)) > LargestRequest)
            most--;
        return most;
    }
}
