using StocksDapr.Sidecar.Resources;

namespace StocksDapr.Sidecar.Invocation;

/// <summary>
/// The access-control list of a callee. A caller has an identity by mTLS only, which this sidecar does not have: so no policy can name it, and the
/// default decides, as in daprd without mTLS.
/// </summary>
internal static class CallerAccess
{
    /// <exception cref="InvocationException">Callers are not let in.</exception>
    public static void Check(ConfigurationResource callee, string method, string verb)
    {
        if (callee.AccessControl is not { } access) return;
        var isDenied = access.DefaultAction.Length == 0 ? access.Policies.Count > 0 : access.DefaultAction.Equals("deny", StringComparison.OrdinalIgnoreCase);
        if (!isDenied) return;
        throw new InvocationException(
            $"rpc error: code = PermissionDenied desc = access control policy has denied access to id:  operation: {method.TrimStart('/')} verb: {verb}",
            StatusCodes.Status403Forbidden);
    }
}
