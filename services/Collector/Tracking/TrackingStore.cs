using Dapr;
using Dapr.Client;
using StocksDapr.Contracts;

namespace StocksDapr.Collector.Tracking;

/// <summary>
/// Keeps what is tracked in the Dapr state store, under <c>tracking</c>. A change is worked out from what was read and written by its ETag alone, so that
/// of two replicas that change it at the same time one works it out anew and nothing is lost.
/// </summary>
/// <exception cref="DaprException">Thrown by every method when the state store cannot be asked.</exception>
internal sealed class TrackingStore(DaprClient dapr, TimeProvider time) : IDisposable
{
    private const string Key = "tracking";
    private const int Attempts = 20;
    private const int MaxDelayMilliseconds = 20;

    private static readonly StateOptions FirstWrite = new() { Concurrency = ConcurrencyMode.FirstWrite, Consistency = ConsistencyMode.Strong };

    private readonly SemaphoreSlim _changing = new(1);

    public async Task<TrackingList> ReadAsync(CancellationToken cancellationToken) =>
        await dapr.GetStateAsync<TrackingList?>(Components.StateStore, Key, ConsistencyMode.Strong, cancellationToken: cancellationToken) ?? TrackingList.Empty;

    /// <summary>Changes the list. Changes of this replica go one after the other; only other replicas can get in between.</summary>
    /// <param name="change">Makes the new list of the old one; may be called several times. What returns the same list changes nothing.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The list before and after.</returns>
    public async Task<(TrackingList Before, TrackingList After)> ChangeAsync(Func<TrackingList, TrackingList> change, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken);
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                var (stored, etag) = await dapr.GetStateAndETagAsync<TrackingList?>(Components.StateStore, Key, ConsistencyMode.Strong, cancellationToken: cancellationToken);
                var before = stored ?? TrackingList.Empty;
                var after = change(before);
                if (ReferenceEquals(before, after) || await TryWriteAsync(after, etag, attempt, cancellationToken))
                    return (before, after);
                if (attempt == Attempts)
                    throw new DaprException("What is tracked changes all the time; the change was not kept.");
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(attempt * MaxDelayMilliseconds)), time, cancellationToken);
            }
        }
        finally
        {
            _changing.Release();
        }
    }

    public void Dispose() => _changing.Dispose();

    private async Task<bool> TryWriteAsync(TrackingList list, string etag, int attempt, CancellationToken cancellationToken)
    {
        try
        {
            return await dapr.TrySaveStateAsync(Components.StateStore, Key, list, etag, FirstWrite, cancellationToken: cancellationToken);
        }
        catch (DaprException) when (attempt < Attempts && !cancellationToken.IsCancellationRequested)
        {
            // Some stores say so when another one was first. What is stored decides.
            return false;
        }
    }
}
