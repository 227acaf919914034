using System.Collections.Concurrent;
using StocksDapr.Sidecar.Peers;

namespace StocksDapr.Sidecar.Hosting;

/// <summary>
/// What the virtual sidecars of one run have in common: who is there (for invocation by app id) and the in-memory components.
/// One instance per run; tests make their own.
/// </summary>
public sealed class SidecarMesh
{
    private readonly ConcurrentDictionary<string, VirtualSidecar> _members = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(Type Type, string Name), Lazy<object>> _shared = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _awaited = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _expected = new(StringComparer.Ordinal);

    /// <param name="expectedApps">
    /// App ids of the run. Until each of them has been asked for its subscriptions, the in-memory broker keeps what nobody has subscribed to yet.
    /// </param>
    public SidecarMesh(IEnumerable<string>? expectedApps = null)
    {
        foreach (var app in expectedApps ?? []) _expected[app] = false;
    }

    /// <summary>The sidecars of other processes; null = this mesh is by itself.</summary>
    internal PeerDirectory? Peers { get; init; }

    /// <summary>Raised once, when the last expected application has been asked for its subscriptions.</summary>
    internal event Action? EveryAppAsked;

    /// <summary>True when every expected application has been asked (also when none is expected).</summary>
    internal bool AllAppsAsked => _expected.IsEmpty;

    /// <summary>The thing of that type and name that all sidecars of the run share; made by whoever asks first.</summary>
    internal T Shared<T>(string name, Func<T> create) where T : class =>
        (T)_shared.GetOrAdd((typeof(T), name), _ => new Lazy<object>(create)).Value;

    internal VirtualSidecar? Find(string appId) => _members.GetValueOrDefault(appId);

    internal SidecarContext? FindContext(string appId) => Find(appId)?.Context;

    /// <summary>Completes when a sidecar of that name joins, at once when it is there.</summary>
    internal Task Joined(string appId)
    {
        var waiter = _awaited.GetOrAdd(appId, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        return FindContext(appId) is null ? waiter.Task : Task.CompletedTask;
    }

    internal void Join(VirtualSidecar sidecar)
    {
        _members[sidecar.Options.AppId] = sidecar;
        if (_awaited.TryRemove(sidecar.Options.AppId, out var waiter)) waiter.TrySetResult();
    }

    internal void Leave(VirtualSidecar sidecar) => _members.TryRemove(KeyValuePair.Create(sidecar.Options.AppId, sidecar));

    internal void AppAsked(string appId)
    {
        if (_expected.TryRemove(appId, out _) && _expected.IsEmpty) EveryAppAsked?.Invoke();
    }
}
