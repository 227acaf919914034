using System.Collections.Concurrent;
using StocksDapr.Sidecar.Delivery;
using StocksDapr.Sidecar.Hosting;

namespace StocksDapr.Sidecar.Invocation;

/// <summary>Finds callees: the own application, those of the run, and addresses.</summary>
internal sealed class CalleeDirectory(SidecarContext sidecar) : IDisposable
{
    private static readonly TimeSpan ResolveTimeout = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, AppChannel> _external = new(StringComparer.OrdinalIgnoreCase);

    /// <exception cref="InvocationException">There is nobody of that name, it has no application, or it does not let this caller in.</exception>
    public async ValueTask<Callee> FindAsync(InvokeTarget target, string method, string verb, CancellationToken cancellationToken)
    {
        if (sidecar.Resources.HttpEndpoints.TryGetValue(target.Id, out var address)) return External(target.Id, address);
        if (target.IsAddress) return External(target.Id, target.Id);
        var name = NameOf(target.Id);
        if (name == sidecar.AppId)
            return new Callee(target.Id, sidecar.App ?? throw new InvocationException("cannot invoke local endpoint: app channel not initialized"), CalleeKind.Self);

        var found = sidecar.Mesh.FindContext(name) ?? await sidecar.Mesh.WaitForAsync(name, ResolveTimeout, sidecar.Time, cancellationToken)
            ?? throw new InvocationException($"couldn't find service: {target.Id}");
        CheckAccess(found, method, verb);
        return new Callee(target.Id, found.App ?? throw new InvocationException("rpc error: code = Internal desc = app channel is not initialized"), CalleeKind.Remote);
    }

    public void Dispose()
    {
        foreach (var channel in _external.Values) channel.Dispose();
    }

    private static string NameOf(string id)
    {
        var parts = id.Split('.');
        return parts.Length <= 2 ? parts[0] : throw new InvocationException($"invalid app id {id}");
    }

    // A caller has an identity by mTLS only, which this sidecar does not have: so no policy can name it, and the default decides, as in daprd without mTLS.
    private static void CheckAccess(SidecarContext callee, string method, string verb)
    {
        if (callee.Resources.Configuration.AccessControl is not { } access) return;
        var isDenied = access.DefaultAction.Length == 0 ? access.Policies.Count > 0 : access.DefaultAction.Equals("deny", StringComparison.OrdinalIgnoreCase);
        if (!isDenied) return;
        throw new InvocationException(
            $"rpc error: code = PermissionDenied desc = access control policy has denied access to id:  operation: {method.TrimStart('/')} verb: {verb}",
            StatusCodes.Status403Forbidden);
    }

    private Callee External(string id, string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            throw new InvocationException($"'{address}' is not an http address");
        return new Callee(id, _external.GetOrAdd(address, _ => new AppChannel(uri)), CalleeKind.External);
    }
}
