using Dapr;
using Microsoft.Extensions.Options;
using StocksDapr.Collector.Providers.Keys;

namespace StocksDapr.Collector.Tracking;

/// <summary>Reads what is tracked, and adds the default list to it once one of the real market's providers has a key.</summary>
/// <param name="providers">The names of those providers.</param>
internal sealed class TrackedSymbols(
    TrackingStore store, IReadOnlyList<string> providers, IProviderFunds funds, IOptions<TrackingOptions> options, TimeProvider time) : ITrackedSymbols
{
    private bool _hasDefaults;
    private IReadOnlySet<string> _unknown = new HashSet<string>();

    public async Task<IReadOnlyList<TrackedSymbol>> GetAsync(CancellationToken cancellationToken)
    {
        var list = await ListAsync(cancellationToken);
        Volatile.Write(ref _unknown, list.Symbols.Where(tracked => tracked.Unknown is not null).Select(tracked => tracked.Symbol).ToHashSet(StringComparer.Ordinal));
        return options.Value.Default ? list.Symbols : [.. list.Symbols.Where(tracked => tracked.TrackedBy != TrackedSymbol.ByDefault)];
    }

    public async Task UnknownAsync(IReadOnlyCollection<string> symbols, IReadOnlyList<string> providers, CancellationToken cancellationToken)
    {
        if (symbols.Count > 0)
            await store.ChangeAsync(list => list.Marked(symbols, new UnknownSymbol(providers, time.GetUtcNow())), cancellationToken);
    }

    public async Task FoundAsync(IReadOnlyCollection<string> symbols, CancellationToken cancellationToken)
    {
        var unknown = Volatile.Read(ref _unknown);
        var found = symbols.Where(unknown.Contains).ToList();
        if (found.Count == 0)
            return;

        try
        {
            await store.ChangeAsync(list => list.Marked(found, null), cancellationToken);
            Volatile.Write(ref _unknown, unknown.Except(found).ToHashSet(StringComparer.Ordinal));
        }
        catch (DaprException) when (!cancellationToken.IsCancellationRequested)
        {
            // Their next bars say it again; these have been paid for.
        }
    }

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
