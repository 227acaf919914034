using System.Text.Json;
using System.Text.Json.Serialization;

namespace StocksDapr.Sidecar.Api;

/// <summary>
/// The APIs of daprd that this sidecar does not have: they answer as a daprd without such components, placement or scheduler, so that SDKs say what is missing.
/// </summary>
internal static class AbsentApis
{
    public static void Map(ApiRouter routes)
    {
        foreach (var version in (ReadOnlySpan<string>)["v1.0", "v1.0-alpha1"])
        {
            routes.Map("configuration", "GET", $"/{version}/configuration/{{store}}", Configuration);
            routes.Map("configuration", "GET", $"/{version}/configuration/{{store}}/subscribe", Configuration);
            routes.Map("configuration", "GET", $"/{version}/configuration/{{store}}/{{id}}/unsubscribe", Configuration);
            routes.Map("jobs", "POST", $"/{version}/jobs/{{name}}", request => Job(request, "DAPR_SCHEDULER_SCHEDULE_JOB", "schedule"));
            routes.Map("jobs", "GET", $"/{version}/jobs/{{name}}", request => Job(request, "DAPR_SCHEDULER_GET_JOB", "get"));
            routes.Map("jobs", "DELETE", $"/{version}/jobs/{{name}}", request => Job(request, "DAPR_SCHEDULER_DELETE_JOB", "delete"));
        }

        routes.Map("lock", "POST", "/v1.0-alpha1/lock/{store}", LockAsync);
        routes.Map("unlock", "POST", "/v1.0-alpha1/unlock/{store}", NoLockStore);
        routes.Map("crypto", "PUT", "/v1.0-alpha1/crypto/{name}/encrypt", Crypto);
        routes.Map("crypto", "PUT", "/v1.0-alpha1/crypto/{name}/decrypt", Crypto);
        routes.Map("conversation", "POST", "/v1.0-alpha1/conversation/{name}/converse", Conversation);
        routes.Map("conversation", "POST", "/v1.0-alpha2/conversation/{name}/converse", Conversation);
        foreach (var path in (ReadOnlySpan<string>)["reminders/{name}", "timers/{name}", "state", "state/{key}", "method/{method*}"])
            routes.Map("actors", "*", $"/v1.0/actors/{{type}}/{{id}}/{path}", Actors);
    }

    private static Task Configuration(ApiRequest request) =>
        request.Error(StatusCodes.Status500InternalServerError, "ERR_CONFIGURATION_STORE_NOT_CONFIGURED", "configuration stores not configured");

    private static Task Crypto(ApiRequest request) =>
        request.Error(StatusCodes.Status500InternalServerError, "ERR_CRYPTO_PROVIDERS_NOT_CONFIGURED", "crypto providers not configured");

    private static Task Conversation(ApiRequest request) =>
        request.Error(StatusCodes.Status400BadRequest, "ERR_CONVERSATION_NOT_FOUND", $"failed finding conversation component {request["name"]}");

    private static Task Actors(ApiRequest request) =>
        request.Error(StatusCodes.Status400BadRequest, "ERR_ACTOR_NO_PLACEMENT", "placement service is not configured");

    private static Task NoLockStore(ApiRequest request) =>
        request.Error(StatusCodes.Status500InternalServerError, "ERR_LOCK_STORE_NOT_CONFIGURED", "lock store is not configured");

    private static Task Job(ApiRequest request, string reason, string verb) => request.Error(
        new DaprError(StatusCodes.Status500InternalServerError, reason, $"failed to {verb} job due to: scheduler clients are disabled")
        {
            Reason = reason,
            Metadata = new Dictionary<string, string> { ["appID"] = request.Sidecar.AppId, ["namespace"] = request.Sidecar.Options.Namespace ?? "default" },
        });

    // The expiry is looked at before the store, as in daprd.
    private static async Task LockAsync(ApiRequest request)
    {
        const string Malformed = "ERR_MALFORMED_REQUEST";
        try
        {
            var body = await request.ReadBodyAsync();
            var asked = JsonSerializer.Deserialize(body.Span, LockJson.Default.LockRequest);
            if (asked is { ExpiryInSeconds: > 0 }) await NoLockStore(request);
            else await request.Error(StatusCodes.Status400BadRequest, Malformed, $"ExpiryInSeconds is not positive in lock store {request["store"]}");
        }
        catch (Exception broken) when (broken is JsonException or BodyTooLargeException)
        {
            await request.Error(StatusCodes.Status400BadRequest, Malformed, $"failed deserializing HTTP body: {broken.Message}");
        }
    }
}

/// <summary>What of a lock request is checked.</summary>
internal sealed record LockRequest(int ExpiryInSeconds);

[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(LockRequest))]
internal sealed partial class LockJson : JsonSerializerContext;
