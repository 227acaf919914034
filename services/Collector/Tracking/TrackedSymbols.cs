using Microsoft.Extensions.Options;
using StocksDapr.Collector.Providers.Keys;

namespace StocksDapr.Collector.Tracking;

/// <summary>Reads what is tracked, and adds the default list to it once one of the real market's providers has a key.</summary>
/// <param name="providers">The names of those providers.</param>
internal sealed class TrackedSymbols(
    TrackingStore store, IReadOnlyList<string> providers, IProviderFunds funds, IOptions<TrackingOptions> options, TimeProvider time) : ITrackedSymbols
{
    private bool _hasDefaults;

    public async Task<IReadOnlyList<TrackedSymbol>> GetAsync(CancellationToken cancellationToken)
    {
        var list = await ListAsync(cancellationToken);
        return options.Value.Default ? list.Symbols : [.. list.Symbols.Where(tracked => tracked.TrackedBy != TrackedSymbol.ByDefault)];
    }

    public Task MarkAsync(string symbol, UnknownSymbol? unknown, CancellationToken cancellationToken) =>
        store.ChangeAsync(list => list.Marked(symbol, unknown), cancellationToken);

    private async Task<TrackingList> ListAsync(CancellationToken cancellationToken)
    {
        if (!options.Value.Default || Volatile.Read(ref _hasDefaults) || !await AnyProviderAsync(cancellationToken))
            return await store.ReadAsync(cancellationToken);

        var (_, after) = await store.ChangeAsync(
            list => list.WithDefaults(options.Value.ReadIntervals()!, options.Value.DefaultOptions, time.GetUtcNow()), cancellationToken);
        Volatile.Write(ref _hasDefaults, true);
        return after;
    }

    private async Task<bool> AnyProviderAsync(CancellationToken cancellationToken)
    {
        foreach (var provider in providers)
        {
            if (await funds.LargestRequestAsync(provider, cancellationToken) > 0)
                return true;
        }

        return false;
    }
}
