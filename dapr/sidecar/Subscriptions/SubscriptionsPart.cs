using StocksDapr.Sidecar.Cel;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.PubSub;
using StocksDapr.Sidecar.Resources;

namespace StocksDapr.Sidecar.Subscriptions;

/// <summary>
/// The subscriptions of one application: asks it once, joins that with the declared ones, and runs them while the application is healthy.
/// </summary>
internal sealed class SubscriptionsPart(SidecarContext sidecar) : IAppDriven
{
    private const int DefaultBulkMessages = 100;
    private const int DefaultBulkAwaitMilliseconds = 1000;
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(30);

    private readonly ILogger _log = sidecar.CreateLogger<SubscriptionsPart>();
    private readonly Lock _lock = new();
    private readonly List<ISubscription> _running = [];
    private readonly List<Task> _retrying = [];
    private CancellationTokenSource? _stopRetrying;
    private IReadOnlyList<SubscriptionResource>? _subscriptions;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _subscriptions ??= await CollectAsync(cancellationToken);
        _stopRetrying = CancellationTokenSource.CreateLinkedTokenSource(sidecar.Stopping);
        foreach (var subscription in _subscriptions) await StartAsync(subscription, cancellationToken);
        sidecar.Mesh.AppAsked(sidecar.AppId);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_stopRetrying is not null) await _stopRetrying.CancelAsync();
        await Task.WhenAll(_retrying);
        _retrying.Clear();
        ISubscription[] running;
        lock (_lock)
        {
            running = [.. _running];
            _running.Clear();
        }

        await Task.WhenAll(running.Select(subscription => subscription.StopAsync(cancellationToken)));
        if (!sidecar.Stopping.IsCancellationRequested) return;
        foreach (var subscription in running) await subscription.DisposeAsync();
    }

    private async Task<IReadOnlyList<SubscriptionResource>> CollectAsync(CancellationToken cancellationToken)
    {
        await AskForConfigurationAsync(cancellationToken);
        var asks = sidecar.Components.Any<IPubSub>() && !sidecar.Options.DisableInitEndpoints.Contains("subscribe", StringComparer.OrdinalIgnoreCase);
        var programmatic = asks ? await new ProgrammaticSubscriptions(sidecar).AskAsync(cancellationToken) : [];
        var declared = new List<SubscriptionResource>();
        foreach (var subscription in sidecar.Resources.Subscriptions)
        {
            // Programmatic ones win over declared ones, and the first of several declared ones.
            if (!programmatic.Concat(declared).Any(other => other.PubSubName == subscription.PubSubName && other.Topic == subscription.Topic))
                declared.Add(subscription);
        }

        sidecar.Subscriptions = [.. declared.Select(subscription => new KnownSubscription(subscription, "DECLARATIVE")), .. programmatic.Select(subscription => new KnownSubscription(subscription, "PROGRAMMATIC"))];
        return [.. declared, .. programmatic];
    }

    // Its settings are for actors, which this sidecar does not have; but applications see that they are asked.
    private async Task AskForConfigurationAsync(CancellationToken cancellationToken)
    {
        if (sidecar.Options.DisableInitEndpoints.Contains("config", StringComparer.OrdinalIgnoreCase)) return;
        var headers = new Dictionary<string, string> { ["dapr-app-id"] = sidecar.AppId };
        try
        {
            await sidecar.App!.SendAsync(HttpMethod.Get, "/dapr/config", default, "application/json", headers, cancellationToken);
        }
        catch (HttpRequestException unreachable)
        {
            _log.AppConfigurationFailed(unreachable);
        }
    }

    private async Task StartAsync(SubscriptionResource resource, CancellationToken cancellationToken)
    {
        if (Refusal(resource, out var component) is { } reason)
        {
            _log.SubscriptionRefused(resource.Topic, resource.PubSubName, reason);
            return;
        }

        AppSubscription subscription;
        try
        {
            subscription = new AppSubscription(resource, component!, sidecar);
        }
        catch (CelException broken)
        {
            _log.SubscriptionRefused(resource.Topic, resource.PubSubName, broken.Message);
            return;
        }

        if (await TryStartAsync(subscription, component!, cancellationToken)) return;
        _retrying.Add(RetryAsync(subscription, component!, _stopRetrying!.Token));
    }

    private string? Refusal(SubscriptionResource resource, out IPubSub? component)
    {
        component = sidecar.Components.Find<IPubSub>(resource.PubSubName);
        if (component is null) return $"there is no pub/sub component {resource.PubSubName}";
        return sidecar.Scopes(resource.PubSubName).MaySubscribe(resource.Topic) ? null : $"the topic is not allowed for app id {sidecar.AppId}";
    }

    private async Task<bool> TryStartAsync(AppSubscription subscription, IPubSub component, CancellationToken cancellationToken)
    {
        var resource = subscription.Resource;
        var request = new SubscribeRequest(
            resource.Topic,
            resource.Metadata,
            resource.Bulk is { } bulk ? Positive(bulk.MaxMessages, DefaultBulkMessages) : 1,
            TimeSpan.FromMilliseconds(Positive(resource.Bulk?.MaxAwaitMilliseconds ?? 0, DefaultBulkAwaitMilliseconds)),
            resource.Bulk is not null,
            subscription.DeliverAsync);
        try
        {
            var running = await component.SubscribeAsync(request, cancellationToken);
            lock (_lock) _running.Add(running);
            _log.Subscribed(resource.Topic, resource.PubSubName, string.Join(", ", resource.Rules.Select(rule => rule.Path)));
            return true;
        }
        catch (SubscriptionRefusedException refused)
        {
            _log.SubscriptionRefused(resource.Topic, resource.PubSubName, refused.Message);
            return true;
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            _log.SubscribeFailed(failure, resource.Topic, resource.PubSubName);
            return false;
        }
    }

    private async Task RetryAsync(AppSubscription subscription, IPubSub component, CancellationToken cancellationToken)
    {
        try
        {
            for (var wait = FirstRetry; ; wait = TimeSpan.FromTicks(Math.Min(wait.Ticks * 2, LastRetry.Ticks)))
            {
                await Task.Delay(wait, sidecar.Time, cancellationToken);
                if (await TryStartAsync(subscription, component, cancellationToken)) return;
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped before the broker could be reached.
        }
    }

    private static int Positive(int value, int otherwise) => value > 0 ? value : otherwise;
}
