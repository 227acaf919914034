using StocksDapr.Sidecar.Api;

namespace StocksDapr.Sidecar.PubSub;

/// <summary>The errors of publish and bulk publish, in daprd's words.</summary>
internal static class PubSubErrors
{
    public static DaprError NotFound(string pubSub, IReadOnlyDictionary<string, string> metadata) => new(StatusCodes.Status404NotFound, "ERR_PUBSUB_NOT_FOUND", $"pubsub {pubSub} is not found")
    {
        Reason = "DAPR_PUBSUB_NOT_FOUND",
        Metadata = metadata,
    };

    public static DaprError Metadata(string pubSub, string value, IReadOnlyDictionary<string, string> metadata) => Rich(
        StatusCodes.Status400BadRequest, "ERR_PUBSUB_REQUEST_METADATA", "DAPR_PUBSUB_METADATA_DESERIALIZATION", pubSub,
        $"failed deserializing metadata. Error: rawPayload value must be a valid boolean: actual is '{value}'", metadata);

    public static DaprError CloudEvent(string pubSub, string appId, string error) => Rich(
        StatusCodes.Status500InternalServerError, "ERR_PUBSUB_CLOUD_EVENTS_SER", "DAPR_PUBSUB_CLOUD_EVENT_CREATION", pubSub, "cannot create cloudevent",
        new Dictionary<string, string> { ["appID"] = appId, ["error"] = error });

    public static DaprError Forbidden(string pubSub, string topic, string appId)
    {
        var message = $"topic {topic} is not allowed for app id {appId}";
        return Rich(
            StatusCodes.Status403Forbidden, "ERR_PUBSUB_FORBIDDEN", "DAPR_PUBSUB_FORBIDDEN", pubSub, message,
            new Dictionary<string, string> { ["error"] = message, ["topic"] = topic });
    }

    public static DaprError Publish(string pubSub, string topic, string error) => Rich(
        StatusCodes.Status500InternalServerError, "ERR_PUBSUB_PUBLISH_MESSAGE", "DAPR_PUBSUB_PUBLISH_MESSAGE", pubSub,
        $"error when publishing to topic {topic} in pubsub {pubSub}: {error}",
        new Dictionary<string, string> { ["error"] = error, ["topic"] = topic });

    public static DaprError Unmarshal(string pubSub, string topic, string appId, string error) => Rich(
        StatusCodes.Status400BadRequest, "ERR_PUBSUB_EVENTS_SER", "DAPR_PUBSUB_UNMARSHAL_EVENTS", pubSub,
        $"error when unmarshaling the request for topic {topic} pubsub {pubSub}: {error}",
        new Dictionary<string, string> { ["appID"] = appId });

    public static DaprError EntryIds(string pubSub, string topic, string appId)
    {
        const string Error = "entryId is duplicated or not present for entry";
        return Rich(
            StatusCodes.Status400BadRequest, "ERR_PUBSUB_EVENTS_SER", "DAPR_PUBSUB_MARSHAL_EVENTS", pubSub,
            $"error marshaling events to bytes for topic {topic} pubsub {pubSub}. error: {Error}",
            new Dictionary<string, string> { ["appID"] = appId, ["error"] = Error });
    }

    public static DaprError Envelope(string pubSub, string topic, string appId, string error) => Rich(
        StatusCodes.Status400BadRequest, "ERR_PUBSUB_EVENTS_SER", "DAPR_PUBSUB_MARSHAL_ENVELOPE", pubSub,
        $"error when marshalling cloud event envelope for topic {topic} pubsub {pubSub}: {error}",
        new Dictionary<string, string> { ["appID"] = appId, ["error"] = error });

    private static DaprError Rich(
        int status, string code, string reason, string pubSub, string message, IReadOnlyDictionary<string, string> metadata) => new(status, code, message)
        {
            Reason = reason,
            Metadata = metadata,
            Resource = ("pubsub", pubSub),
        };
}
