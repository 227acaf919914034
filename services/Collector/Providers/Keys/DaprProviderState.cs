using System.Text.Json;
using Dapr;
using Dapr.Client;
using StocksDapr.Contracts;

namespace StocksDapr.Collector.Providers.Keys;

/// <summary>The Dapr state store. A call that takes long has failed: who waits for a budget must hear so.</summary>
internal sealed class DaprProviderState(DaprClient dapr, TimeProvider time) : IProviderState
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly StateOptions FirstWrite = new() { Concurrency = ConcurrencyMode.FirstWrite, Consistency = ConsistencyMode.Strong };

    public Task<(T? Value, string Version)> ReadAsync<T>(string key, CancellationToken cancellationToken)
        where T : class =>
        CallAsync<(T?, string)>(
            async limited =>
            {
                var (value, etag) = await dapr.GetStateAndETagAsync<T?>(Components.StateStore, key, ConsistencyMode.Strong, cancellationToken: limited);
                return (value, etag);
            },
            cancellationToken);

    public Task<bool> TryWriteAsync<T>(string key, T value, string version, CancellationToken cancellationToken)
        where T : class =>
        CallAsync(limited => dapr.TrySaveStateAsync(Components.StateStore, key, value, version, FirstWrite, cancellationToken: limited), cancellationToken);

    private async Task<T> CallAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await call(linked.Token);
        }
        catch (Exception e) when (e is DaprException or HttpRequestException or JsonException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new StateUnavailableException(e.Message, e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new StateUnavailableException($"The state store did not answer within {Patience.TotalSeconds} s.", e);
        }
    }
}
