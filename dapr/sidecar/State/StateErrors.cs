using StocksDapr.Sidecar.Api;

namespace StocksDapr.Sidecar.State;

/// <summary>The errors of the state API in daprd's words.</summary>
internal static class StateErrors
{
    public static DaprError NotConfigured(string store, string? appId) => new(500, "ERR_STATE_STORE_NOT_CONFIGURED", $"state store {store} is not configured")
    {
        Reason = "DAPR_STATE_NOT_CONFIGURED",
        Metadata = About(appId),
    };

    public static DaprError NotFound(string store, string? appId) => new(400, "ERR_STATE_STORE_NOT_FOUND", $"state store {store} is not found")
    {
        Reason = "DAPR_STATE_NOT_FOUND",
        Metadata = About(appId),
    };

    /// <param name="store">Name of the store.</param>
    /// <param name="field">The key as the error names it; empty within a transaction.</param>
    /// <param name="reason">What is wrong with it.</param>
    public static DaprError IllegalKey(string store, string field, string reason)
    {
        var message = $"api error: code = InvalidArgument desc = {reason}";
        return new DaprError(400, "ERR_MALFORMED_REQUEST", message)
        {
            Reason = "DAPR_STATE_ILLEGAL_KEY",
            Resource = ("state", store),
            Violations = [(field, message)],
        };
    }

    public static DaprError QueryUnsupported(string store) => new(500, "ERR_STATE_STORE_NOT_SUPPORTED", "state store does not support querying")
    {
        Reason = "DAPR_STATE_QUERYING_NOT_SUPPORTED",
        Resource = ("state", store),
    };

    public static DaprError Malformed(string message) => new(400, "ERR_MALFORMED_REQUEST", message);

    /// <summary>A store's failure: a conflict of versions is 409, everything else 500.</summary>
    public static DaprError Failed(string errorCode, string message, Exception error) => new(error is ETagException ? 409 : 500, errorCode, message);

    private static Dictionary<string, string>? About(string? appId) => string.IsNullOrEmpty(appId) ? null : new() { ["appID"] = appId };
}
