using StocksDapr.Collector.Providers.Health;
using StocksDapr.Collector.Providers.Keys;

namespace StocksDapr.Collector.Live;

/// <summary>Reads from the leases what their holders say of the streams.</summary>
internal sealed class LiveStates(IEnumerable<LiveSource> sources, LiveOptions options, IProviderState state, TimeProvider time) : IStreamStates
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly HashSet<string> _streams = [.. sources.Select(source => source.Stream.Name)];

    public async Task<StreamView?> GetAsync(string provider, CancellationToken cancellationToken)
    {
        if (!_streams.Contains(provider))
            return null;

        using var limit = new CancellationTokenSource(Patience, time);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            // Twice the lease: by then another replica has it, if there is one.
            return await LiveLease.ReadAsync(state, LiveLease.NameOf(provider), patience.Token) is { } said && time.GetUtcNow() - said.At < options.LeaseFor * 2
                ? said.State
                : Of("nobody");
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is StateUnavailableException or OperationCanceledException)
        {
            return Of("unknown");
        }
    }

    private static StreamView Of(string state) => new(state, 0, null, null, null);
}
