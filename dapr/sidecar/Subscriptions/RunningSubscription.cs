using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.PubSub;
using StocksDapr.Sidecar.Resources;

namespace StocksDapr.Sidecar.Subscriptions;

/// <summary>A subscription at its broker; one that the broker does not take at first is tried again until it does.</summary>
internal sealed class RunningSubscription(AppSubscription subscription, IPubSub component, SidecarContext sidecar) : IAsyncDisposable
{
    private const int DefaultBulkMessages = 100;
    private const int DefaultBulkAwaitMilliseconds = 1000;
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(30);

    private readonly ILogger _log = sidecar.CreateLogger<RunningSubscription>();
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(sidecar.Stopping);
    private Task _retrying = Task.CompletedTask;

    public SubscriptionResource Resource => subscription.Resource;

    public IPubSub Component { get; } = component;

    /// <summary>What the broker gave; null until it took the subscription.</summary>
    public ISubscription? AtBroker { get; private set; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!await TryAsync(cancellationToken)) _retrying = RetryAsync(_stop.Token);
    }

    /// <summary>Takes no new message, and returns when those under way are done or the token is cancelled.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _retrying;
        if (AtBroker is not null) await AtBroker.StopAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (AtBroker is not null) await AtBroker.DisposeAsync();
        _stop.Dispose();
    }

    private async Task<bool> TryAsync(CancellationToken cancellationToken)
    {
        var request = new SubscribeRequest(
            Resource.Topic,
            Resource.Metadata,
            Resource.Bulk is { } bulk ? Positive(bulk.MaxMessages, DefaultBulkMessages) : 1,
            TimeSpan.FromMilliseconds(Positive(Resource.Bulk?.MaxAwaitMilliseconds ?? 0, DefaultBulkAwaitMilliseconds)),
            Resource.Bulk is not null,
            subscription.DeliverAsync);
        try
        {
            AtBroker = await Component.SubscribeAsync(request, cancellationToken);
            _log.Subscribed(Resource.Topic, Resource.PubSubName, string.Join(", ", Resource.Rules.Select(rule => rule.Path)));
            return true;
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            _log.SubscribeFailed(failure, Resource.Topic, Resource.PubSubName);
            return false;
        }
    }

    private async Task RetryAsync(CancellationToken cancellationToken)
    {
        try
        {
            for (var wait = FirstRetry; ; wait = TimeSpan.FromTicks(Math.Min(wait.Ticks * 2, LastRetry.Ticks)))
            {
                await Task.Delay(wait, sidecar.Time, cancellationToken);
                if (await TryAsync(cancellationToken)) return;
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped before the broker could be reached.
        }
    }

    private static int Positive(int value, int otherwise) => value > 0 ? value : otherwise;
}
