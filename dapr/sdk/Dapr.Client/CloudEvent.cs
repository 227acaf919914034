using System.Text.Json.Serialization;
using Dapr.Client;

namespace Dapr;

/// <summary>
/// The attributes of a CloudEvent that a publisher may choose itself. Dapr adds the others (id, time, version of the specification).
/// </summary>
public class CloudEvent
{
    /// <summary>Where the event comes from.</summary>
    [JsonPropertyName("source")]
    public Uri? Source { get; init; }

    /// <summary>What kind of event it is.</summary>
    [JsonPropertyName("type")]
    public string? Type { get; init; }

    /// <summary>What the event is about, within its source.</summary>
    [JsonPropertyName("subject")]
    public string? Subject { get; init; }
}

/// <summary>A CloudEvent with a payload.</summary>
/// <typeparam name="TData">Type of the payload, written as JSON.</typeparam>
public class CloudEvent<TData>(TData data) : CloudEvent
{
    /// <summary>The payload.</summary>
    public TData Data { get; } = data;

    /// <summary>Always <c>application/json</c>.</summary>
    [JsonPropertyName("datacontenttype")]
    public string DataContentType { get; } = Constants.ContentTypeApplicationJson;
}
