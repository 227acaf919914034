using System.Collections.Concurrent;
using StocksDapr.Sidecar.Delivery;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.Peers;

namespace StocksDapr.Sidecar.Invocation;

/// <summary>Finds callees: the own application, those of the run, those of other processes of this machine, and addresses.</summary>
internal sealed class CalleeDirectory(SidecarContext sidecar) : IDisposable
{
    private const string DefaultNamespace = "default";
    private static readonly TimeSpan ResolveTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentDictionary<string, AppChannel> _external = new(StringComparer.OrdinalIgnoreCase);

    /// <exception cref="InvocationException">There is nobody of that name, it has no application, or it does not let this caller in.</exception>
    /// <exception cref="PeerUnavailableException">There was somebody, whose process has died.</exception>
    public async ValueTask<Callee> FindAsync(InvokeTarget target, string method, string verb, CancellationToken cancellationToken)
    {
        if (sidecar.Resources.HttpEndpoints.TryGetValue(target.Id, out var endpoint)) return External(target.Id, endpoint.BaseUrl) with { Headers = endpoint.Headers };
        if (target.IsAddress) return External(target.Id, target.Id);
        var (name, space) = NameOf(target.Id);
        var ownSpace = sidecar.Options.Namespace ?? DefaultNamespace;
        if (name == sidecar.AppId && (space ?? ownSpace) == ownSpace)
            return new Callee(target.Id, sidecar.App ?? throw new InvocationException("cannot invoke local endpoint: app channel not initialized"), CalleeKind.Self);

        var callee = Find(target, name, method, verb) ?? await WaitAsync(target, name, method, verb, cancellationToken);
        return callee ?? throw new InvocationException($"couldn't find service: {name}");
    }

    /// <summary>True when somebody of another process answers to the id, so that the call may have to be made again.</summary>
    public bool MayNeedRepeating(InvokeTarget target) =>
        !target.IsAddress && !sidecar.Resources.HttpEndpoints.ContainsKey(target.Id) && sidecar.Mesh.Peers?.Find(target.Id.Split('.')[0]) is { } peers && peers != PeerSet.None;

    public void Dispose()
    {
        foreach (var channel in _external.Values) channel.Dispose();
    }

    // The namespace is only good for telling an application from itself: names are looked up without it.
    private static (string Name, string? Namespace) NameOf(string id) => id.Split('.') switch
    {
        [var name] => (name, null),
        [var name, var space] => (name, space),
        _ => throw new InvocationException($"invalid app id {id}"),
    };

    // Everybody who answers to the id takes turns: the one of this process, and those of others.
    private Callee? Find(InvokeTarget target, string name, string method, string verb)
    {
        var near = sidecar.Mesh.FindContext(name);
        if (sidecar.Mesh.Peers is not { } directory) return near is null ? null : Near(target, near, method, verb);
        var peers = directory.Find(name);
        var count = peers.Alive.Count + (near is null ? 0 : 1);
        if (count == 0) return peers.Dead is { } dead ? throw PeerChannel.Unavailable(dead, null) : null;
        var turn = count == 1 ? 0 : directory.Turn(count);
        if (turn == peers.Alive.Count) return Near(target, near!, method, verb);
        return new Callee(target.Id, directory.ChannelTo(peers.Alive[turn]), CalleeKind.Peer);
    }

    private static Callee Near(InvokeTarget target, SidecarContext callee, string method, string verb)
    {
        CallerAccess.Check(callee.Resources.Configuration, method, verb);
        return new Callee(target.Id, callee.App ?? throw new InvocationException(AppFailure.NoChannel), CalleeKind.Remote);
    }

    private async Task<Callee?> WaitAsync(InvokeTarget target, string name, string method, string verb, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(ResolveTimeout, sidecar.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        while (!either.IsCancellationRequested)
        {
            await Task.WhenAny(sidecar.Mesh.Joined(name), Task.Delay(LookInterval, sidecar.Time, either.Token));
            if (Find(target, name, method, verb) is { } callee) return callee;
        }

        cancellationToken.ThrowIfCancellationRequested();
        return null;
    }

    private Callee External(string id, string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            throw new InvocationException($"'{address}' is not an http address");
        return new Callee(id, _external.GetOrAdd(address, _ => new AppChannel(uri)), CalleeKind.External);
    }
}
