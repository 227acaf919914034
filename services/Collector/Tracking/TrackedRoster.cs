using Dapr;
using StocksDapr.Collector.Collection;
using StocksDapr.Collector.Providers;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Tracking;

/// <summary>The instruments of a market whose providers have too many to collect all: those that are tracked, the largest ones first.</summary>
internal sealed class TrackedRoster(ITrackedSymbols tracked, TimeProvider time) : IRoster
{
    private static readonly Dictionary<string, int> Rank = UsStocks.All.Select((stock, index) => (stock.Symbol, index)).ToDictionary(StringComparer.Ordinal);

    public string Source => "tracking";

    public bool IsLive => true;

    public async Task<ProviderAnswer<IReadOnlyList<ListedInstrument>>> GetAsync(CancellationToken cancellationToken)
    {
        var requestId = Guid.NewGuid().ToString("n");
        try
        {
            var symbols = await tracked.GetAsync(cancellationToken);
            return Answer(requestId, [.. symbols.OrderBy(symbol => Rank.GetValueOrDefault(symbol.Symbol, int.MaxValue)).Select(Listed)], null);
        }
        catch (DaprException e) when (!cancellationToken.IsCancellationRequested)
        {
            return Answer(requestId, null, new ProviderError(ProviderErrorKind.Unavailable, "The state store does not say what is tracked: " + e.Message));
        }
    }

    private ProviderAnswer<IReadOnlyList<ListedInstrument>> Answer(string requestId, IReadOnlyList<ListedInstrument>? value, ProviderError? error) =>
        new(requestId, time.GetUtcNow(), value, error) { Credits = 0 };

    /// <summary>Of one that nobody has described, the symbol is all that is known.</summary>
    private static ListedInstrument Listed(TrackedSymbol symbol) =>
        new(UsStocks.BySymbol.GetValueOrDefault(symbol.Symbol) ?? new Instrument(symbol.Symbol, symbol.Symbol)) { Intervals = symbol.Intervals, WantedSince = symbol.Since };
}
