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
    private readonly ILogger _log = sidecar.CreateLogger<SubscriptionsPart>();
    private readonly List<RunningSubscription> _running = [];
    private IReadOnlyList<SubscriptionResource>? _programmatic;
    private bool _configurationAsked;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var subscription in await CollectAsync(cancellationToken)) await StartAsync(subscription, cancellationToken);
        sidecar.Mesh.AppAsked(sidecar.AppId);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        RunningSubscription[] running = [.. _running];
        _running.Clear();
        await Task.WhenAll(running.Select(subscription => subscription.StopAsync(cancellationToken)));
        if (!sidecar.Stopping.IsCancellationRequested) return;
        foreach (var subscription in running) await subscription.DisposeAsync();
    }

    /// <summary>Ends what is not wanted any more or has another component now, letting it finish, then starts what is new.</summary>
    public async Task ReloadAsync(bool policiesChanged, CancellationToken cancellationToken)
    {
        var wanted = await CollectAsync(cancellationToken);
        var ended = _running.Where(running => policiesChanged || !wanted.Any(running.Resource.IsSameAs) || IsReplaced(running)).ToList();
        await Task.WhenAll(ended.Select(subscription => subscription.StopAsync(cancellationToken)));
        foreach (var subscription in ended) _running.Remove(subscription);
        foreach (var subscription in wanted)
        {
            if (!_running.Exists(running => running.Resource.IsSameAs(subscription))) await StartAsync(subscription, cancellationToken);
        }

        // A broker may have gone on with what it had kept for the one before.
        foreach (var subscription in ended)
        {
            if (!_running.Exists(running => ReferenceEquals(running.AtBroker, subscription.AtBroker))) await subscription.DisposeAsync();
        }
    }

    private bool IsReplaced(RunningSubscription running) => !ReferenceEquals(running.Component, sidecar.Components.Find<IPubSub>(running.Resource.PubSubName));

    private async Task<IReadOnlyList<SubscriptionResource>> CollectAsync(CancellationToken cancellationToken)
    {
        await AskForConfigurationAsync(cancellationToken);
        var asks = sidecar.Components.Any<IPubSub>() && !sidecar.Options.DisableInitEndpoints.Contains("subscribe", StringComparer.OrdinalIgnoreCase);
        if (asks) _programmatic ??= await new ProgrammaticSubscriptions(sidecar).AskAsync(cancellationToken);
        var programmatic = _programmatic ?? [];
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
        if (_configurationAsked || sidecar.Options.DisableInitEndpoints.Contains("config", StringComparer.OrdinalIgnoreCase)) return;
        _configurationAsked = true;
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

        RunningSubscription subscription;
        try
        {
            subscription = new RunningSubscription(new AppSubscription(resource, component!, sidecar), component!, sidecar);
        }
        catch (CelException broken)
        {
            _log.SubscriptionRefused(resource.Topic, resource.PubSubName, broken.Message);
            return;
        }

        _running.Add(subscription);
        await subscription.StartAsync(cancellationToken);
    }

    private string? Refusal(SubscriptionResource resource, out IPubSub? component)
    {
        component = sidecar.Components.Find<IPubSub>(resource.PubSubName);
        if (component is null) return $"there is no pub/sub component {resource.PubSubName}";
        return sidecar.Scopes(resource.PubSubName).MaySubscribe(resource.Topic) ? null : $"the topic is not allowed for app id {sidecar.AppId}";
    }
}
