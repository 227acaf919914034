using StocksDapr.Sidecar.Cel;
using StocksDapr.Sidecar.Delivery;
using StocksDapr.Sidecar.Go;
using StocksDapr.Sidecar.Resiliency;
using StocksDapr.Sidecar.Resources;

namespace StocksDapr.Sidecar.Hosting.Reloading;

/// <summary>
/// Takes over resources whose files are added, changed or removed while the sidecar runs. Files are read when they have been still for a moment. A component
/// that changes is made anew first and takes the place of the old one only when it works; the old one is closed when calls that have it are over. What is
/// broken is logged and leaves in place what was there before, where daprd would lose the component or end.
/// </summary>
/// <param name="sidecar">The sidecar.</param>
/// <param name="lifecycle">Starts and stops what delivers to the application.</param>
/// <param name="types">The component types.</param>
/// <param name="loaded">How the folders looked when the resources were read at the start.</param>
internal sealed class HotReload(SidecarContext sidecar, AppLifecycle lifecycle, ComponentTypes types, string loaded) : IAsyncDisposable
{
    /// <summary>The feature's name in configurations.</summary>
    public const string Feature = "HotReload";

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(30);

    private readonly ILogger _log = sidecar.CreateLogger<HotReload>();
    private readonly RetiredComponents _retired = new(sidecar);
    private string _applied = loaded;

    // The version of the components with which deliveries work.
    private int _delivering = sidecar.Components.Version;

    /// <summary>Looks for changes until the token is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (sidecar.Options.ResourcesPaths.Count == 0 || !sidecar.Resources.Configuration.IsEnabled(Feature)) return;
        _log.Watching();
        var seen = _applied;
        var reconciled = sidecar.Time.GetTimestamp();
        using var timer = new PeriodicTimer(LookInterval, sidecar.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                var now = FolderState.Of(sidecar.Options);
                var isStill = now == seen;
                seen = now;
                if (!isStill || (now == _applied && sidecar.Time.GetElapsedTime(reconciled) < sidecar.Options.ReloadInterval)) continue;
                await TryApplyAsync(cancellationToken);
                _applied = now;
                reconciled = sidecar.Time.GetTimestamp();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The sidecar stops.
        }
    }

    public ValueTask DisposeAsync() => _retired.DisposeAsync();

    private async Task TryApplyAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ApplyAsync(cancellationToken);
        }
        catch (SidecarStartException unusable)
        {
            _log.Refused(unusable.Message);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            // One look that fails must not be the last.
            _log.Failed(failure);
        }
    }

    private async Task ApplyAsync(CancellationToken cancellationToken)
    {
        var current = sidecar.Resources;
        var wanted = ResourceLoader.Load(sidecar.Options, _log).KeepingWhatBroke(current) with { Configuration = current.Configuration };
        var policiesChanged = !DefinedResource.AreSame(wanted.Resiliencies, current.Resiliencies);
        if (policiesChanged && !TryTakePolicies(wanted.Resiliencies))
        {
            wanted = wanted with { Resiliencies = current.Resiliencies };
            policiesChanged = false;
        }

        sidecar.Resources = wanted;
        var replaced = Remove(wanted.Components);
        try
        {
            await LoadAsync(wanted.Components, replaced, cancellationToken);
            if (!policiesChanged && sidecar.Components.Version == _delivering && DefinedResource.AreSame(wanted.Subscriptions, current.Subscriptions)) return;
            _delivering = sidecar.Components.Version;
            await lifecycle.ReloadAsync(policiesChanged, DrainLimit, cancellationToken);
        }
        finally
        {
            foreach (var old in replaced) _retired.Add(old);
        }
    }

    private bool TryTakePolicies(IReadOnlyList<ResiliencyResource> resources)
    {
        try
        {
            sidecar.Resiliency = new ResiliencyPolicies(resources, sidecar.Time);
            return true;
        }
        catch (Exception invalid) when (invalid is FormatException or CelException or SidecarStartException)
        {
            _log.PoliciesRefused(invalid.Message);
            return false;
        }
    }

    private List<LoadedComponent> Remove(IReadOnlyList<ComponentResource> wanted)
    {
        var removed = new List<LoadedComponent>();
        foreach (var component in sidecar.Components.All.Where(component => wanted.All(other => other.Name != component.Resource.Name)))
        {
            if (IsActorStateStore(component))
            {
                _log.ActorStateStoreKept(component.Resource.Name);
                continue;
            }

            sidecar.Components.Remove(component.Resource.Name);
            sidecar.ForgetScopes(component.Resource.Name);
            removed.Add(component);
            _log.Removed(component.Resource.Name, component.Resource.Type);
        }

        return removed;
    }

    private async Task LoadAsync(IReadOnlyList<ComponentResource> wanted, List<LoadedComponent> replaced, CancellationToken cancellationToken)
    {
        foreach (var component in ComponentLoading.SecretStoresFirst(wanted))
        {
            var old = sidecar.Components.All.FirstOrDefault(other => other.Resource.Name == component.Name);
            if (old is not null && old.Resource.IsSameAs(component)) continue;
            if (old is not null && IsActorStateStore(old))
            {
                _log.ActorStateStoreKept(component.Name);
                continue;
            }

            if (ComponentLoading.WaitsForStore(component, sidecar))
            {
                _log.ComponentParked(component.Name, component.SecretStore);
                continue;
            }

            try
            {
                var made = await ComponentLoading.MakeAsync(component, sidecar, types, cancellationToken);
                sidecar.Components.Put(made);
                sidecar.ForgetScopes(component.Name);
                if (old is null)
                {
                    _log.Loaded(component.Name, component.Type);
                }
                else
                {
                    replaced.Add(old);
                    _log.Updated(component.Name, component.Type);
                }
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                _log.NotLoaded(component.Name, old is null ? "" : " as changed; the one before stays", failure.Message);
            }
        }
    }

    private static bool IsActorStateStore(LoadedComponent component) => GoBool.IsTruthy(component.Properties.GetValueOrDefault("actorStateStore"));
}
