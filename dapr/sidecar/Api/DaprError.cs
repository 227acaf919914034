using System.Text.Encodings.Web;
using System.Text.Json;

namespace StocksDapr.Sidecar.Api;

/// <summary>An error as daprd writes it: code and message, with details for pub/sub, state look-up and job errors.</summary>
internal sealed record DaprError(int Status, string ErrorCode, string Message)
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reason of the ErrorInfo detail (<c>DAPR_PUBSUB_NOT_FOUND</c>); null = no details at all.</summary>
    public string? Reason { get; init; }

    /// <summary>Metadata of the ErrorInfo detail; null is written as null.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>Type and name of the ResourceInfo detail (<c>pubsub</c>, <c>state</c>); null = no such detail. Only pub/sub repeats its message there.</summary>
    public (string Type, string Name)? Resource { get; init; }

    /// <summary>Field violations of the BadRequest detail.</summary>
    public IReadOnlyList<(string Field, string Description)> Violations { get; init; } = [];

    /// <summary>Links of the Help detail.</summary>
    public IReadOnlyList<(string Description, string Url)> Links { get; init; } = [];

    public async Task WriteAsync(HttpContext http)
    {
        var body = ToJson();
        http.Response.StatusCode = Status;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(http.Request.Method)) await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }

    internal ReadOnlyMemory<byte> ToJson()
    {
        using var stream = new MemoryStream(256);
        using (var json = new Utf8JsonWriter(stream, Options))
        {
            json.WriteStartObject();
            json.WriteString("errorCode", ErrorCode);
            json.WriteString("message", Message);
            if (Reason is not null) WriteDetails(json);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private void WriteDetails(Utf8JsonWriter json)
    {
        json.WriteStartArray("details");
        if (Violations.Count > 0)
        {
            json.WriteStartObject();
            json.WriteString("@type", "type.googleapis.com/google.rpc.BadRequest");
            json.WriteStartArray("field_violations");
            foreach (var (field, description) in Violations) WriteViolation(json, field, description);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        if (Resource is { } resource)
        {
            json.WriteStartObject();
            json.WriteString("@type", "type.googleapis.com/google.rpc.ResourceInfo");
            json.WriteString("resource_type", resource.Type);
            json.WriteString("resource_name", resource.Name);
            json.WriteString("owner", "");
            json.WriteString("description", resource.Type == "pubsub" ? Message : "");
            json.WriteEndObject();
        }

        if (Links.Count > 0)
        {
            json.WriteStartObject();
            json.WriteString("@type", "type.googleapis.com/google.rpc.Help");
            json.WriteStartArray("links");
            foreach (var (description, url) in Links) WritePair(json, "description", description, "url", url);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        WriteErrorInfo(json);
        json.WriteEndArray();
    }

    private void WriteErrorInfo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("@type", "type.googleapis.com/google.rpc.ErrorInfo");
        json.WriteString("domain", "dapr.io");
        json.WriteString("reason", Reason);
        if (Metadata is null)
        {
            json.WriteNull("metadata");
        }
        else
        {
            json.WriteStartObject("metadata");
            foreach (var (key, value) in Metadata) json.WriteString(key, value);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteViolation(Utf8JsonWriter json, string field, string description)
    {
        json.WriteStartObject();
        if (field.Length > 0) json.WriteString("field", field);
        json.WriteString("description", description);
        json.WriteEndObject();
    }

    private static void WritePair(Utf8JsonWriter json, string name, string value, string otherName, string otherValue)
    {
        json.WriteStartObject();
        json.WriteString(name, value);
        json.WriteString(otherName, otherValue);
        json.WriteEndObject();
    }
}
