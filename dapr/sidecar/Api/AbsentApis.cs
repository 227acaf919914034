using System.Text.Json;
using System.Text.Json.Serialization;
using StocksDapr.Sidecar.Json;

namespace StocksDapr.Sidecar.Api;

/// <summary>
/// The APIs of daprd that this sidecar does not have: they answer as a daprd without such components, placement or scheduler, so that SDKs say what is missing.
/// </summary>
internal static class AbsentApis
{
    private const string Malformed = "ERR_MALFORMED_REQUEST";

    public static void Map(ApiRouter routes)
    {
        foreach (var version in (ReadOnlySpan<string>)["v1.0", "v1.0-alpha1"])
        {
            routes.Map("configuration", "GET", $"/{version}/configuration/{{store}}", Configuration);
            routes.Map("configuration", "GET", $"/{version}/configuration/{{store}}/subscribe", Configuration);
            routes.Map("configuration", "GET", $"/{version}/configuration/{{store}}/{{id}}/unsubscribe", Configuration);
            routes.Map("jobs", "POST", $"/{version}/jobs/{{name}}", ScheduleAsync);
            routes.Map("jobs", "GET", $"/{version}/jobs/{{name}}", request => Job(request, "DAPR_SCHEDULER_GET_JOB", "get"));
            routes.Map("jobs", "DELETE", $"/{version}/jobs/{{name}}", request => Job(request, "DAPR_SCHEDULER_DELETE_JOB", "delete"));
        }

        routes.Map("lock", "POST", "/v1.0-alpha1/lock/{store}", LockAsync);
        routes.Map("unlock", "POST", "/v1.0-alpha1/unlock/{store}", request => WithBodyAsync(request, _ => NoLockStore(request)));
        routes.Map("crypto", "PUT", "/v1.0-alpha1/crypto/{name}/encrypt", Crypto);
        routes.Map("crypto", "PUT", "/v1.0-alpha1/crypto/{name}/decrypt", Crypto);
        routes.Map("conversation", "POST", "/v1.0-alpha1/conversation/{name}/converse", request => WithBodyAsync(request, _ => Conversation(request)));
        routes.Map("conversation", "POST", "/v1.0-alpha2/conversation/{name}/converse", request => WithBodyAsync(request, _ => Conversation(request)));
        routes.Map("actors", "GET|POST|PUT|DELETE", "/v1.0/actors/{type}/{id}/method/{method}", Actors);
        routes.Map("actors", "GET", "/v1.0/actors/{type}/{id}/state/{key}", Actors);
        routes.Map("actors", "POST|PUT", "/v1.0/actors/{type}/{id}/state", ActorsWithBodyAsync);
        foreach (var kind in (ReadOnlySpan<string>)["reminders", "timers"])
        {
            routes.Map("actors", "POST|PUT", $"/v1.0/actors/{{type}}/{{id}}/{kind}/{{name}}", ActorsWithBodyAsync);
            routes.Map("actors", kind == "reminders" ? "GET|DELETE" : "DELETE", $"/v1.0/actors/{{type}}/{{id}}/{kind}/{{name}}", Actors);
        }
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

    private static Task Job(ApiRequest request, string reason, string verb) =>
        JobError(request, StatusCodes.Status500InternalServerError, reason, $"failed to {verb} job due to: scheduler clients are disabled", withNamespace: true);

    private static Task JobError(ApiRequest request, int status, string reason, string message, bool withNamespace)
    {
        var about = new Dictionary<string, string> { ["appID"] = request.Sidecar.AppId };
        if (withNamespace) about["namespace"] = request.Sidecar.Options.Namespace ?? "default";
        return request.Error(new DaprError(status, reason, message) { Reason = reason, Metadata = about });
    }

    // What can be wrong with a job is looked at before the scheduler is asked.
    private static Task ScheduleAsync(ApiRequest request) => WithBodyAsync(request, job =>
    {
        const int Refused = StatusCodes.Status400BadRequest;
        if (job.Name is { Length: > 0 }) return JobError(request, Refused, "DAPR_SCHEDULER_JOB_NAME", "Set the job name in the url only", withNamespace: false);
        return job.Schedule is null && job.DueTime is null
            ? JobError(request, Refused, "DAPR_SCHEDULER_SCHEDULE_EMPTY", "Schedule is empty", withNamespace: true)
            : Job(request, "DAPR_SCHEDULER_SCHEDULE_JOB", "schedule");
    });

    // The expiry is looked at before the store, as in daprd.
    private static Task LockAsync(ApiRequest request) => WithBodyAsync(request, asked => asked.ExpiryInSeconds > 0
        ? NoLockStore(request)
        : request.Error(StatusCodes.Status400BadRequest, Malformed, $"ExpiryInSeconds is not positive in lock store {request["store"]}"));

    private static async Task ActorsWithBodyAsync(ApiRequest request)
    {
        ReadOnlyMemory<byte> body = default;
        try
        {
            body = await request.ReadBodyAsync();
            GoDecoding.Reencode(body.Span);
        }
        catch (Exception broken) when (broken is JsonException or BodyTooLargeException)
        {
            var said = broken is JsonException json ? GoDecoding.Explain(body.Span, json) : broken.Message;
            await request.Error(StatusCodes.Status400BadRequest, Malformed, $"failed deserializing HTTP body: {said}");
            return;
        }

        await Actors(request);
    }

    // A body that is no JSON is refused first; none at all is an empty request.
    private static async Task WithBodyAsync(ApiRequest request, Func<AbsentRequest, Task> answer)
    {
        AbsentRequest asked;
        try
        {
            var body = await request.ReadBodyAsync();
            asked = body.IsEmpty ? new AbsentRequest() : JsonSerializer.Deserialize(body.Span, AbsentJson.Default.AbsentRequest) ?? new AbsentRequest();
        }
        catch (JsonException broken)
        {
            await request.Error(StatusCodes.Status400BadRequest, Malformed, $"failed deserializing HTTP body: {broken.Message}");
            return;
        }
        catch (BodyTooLargeException tooLarge)
        {
            await request.Error(StatusCodes.Status400BadRequest, "ERR_BODY_READ", $"failed to read request body: {tooLarge.Message}");
            return;
        }

        await answer(asked);
    }
}

/// <summary>What of the requests to absent APIs is looked at: the expiry of a lock; name and times of a job.</summary>
internal sealed record AbsentRequest(int ExpiryInSeconds = 0, string? Name = null, string? Schedule = null, string? DueTime = null);

[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true, NumberHandling = JsonNumberHandling.AllowReadingFromString)]
[JsonSerializable(typeof(AbsentRequest))]
internal sealed partial class AbsentJson : JsonSerializerContext;
