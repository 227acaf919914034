using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Dapr.Client.Http;

/// <summary>The client over the sidecar's HTTP API.</summary>
internal sealed partial class HttpDaprClient(SidecarChannel channel, JsonSerializerOptions options) : DaprClient
{
    private readonly JsonWriterOptions _writerOptions = new()
    {
        Encoder = options.Encoder,
        // As JsonSerializer itself does: the order of what converters write is not checked again.
        SkipValidation = true,
    };

    public override JsonSerializerOptions JsonSerializerOptions => options;

    protected override void Dispose(bool disposing)
    {
        if (disposing) channel.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Makes a JSON body; when writing it fails, its memory goes back to the pool.</summary>
    private PooledBuffer Json<TState>(TState state, Action<HttpDaprClient, Utf8JsonWriter, TState> write)
    {
        var body = new PooledBuffer(Constants.ContentTypeApplicationJson);
        try
        {
            using var writer = new Utf8JsonWriter(body, _writerOptions);
            write(this, writer, state);
            writer.Flush();
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    private static void WriteMetadata(Utf8JsonWriter writer, IEnumerable<KeyValuePair<string, string>>? metadata)
    {
        if (metadata is null) return;
        writer.WriteStartObject("metadata"u8);
        foreach (var (key, value) in metadata) writer.WriteString(key, value);
        writer.WriteEndObject();
    }

    /// <summary>Reads a JSON body into a type of the application; an empty one gives the default.</summary>
    private async Task<T?> ReadAsync<T>(HttpResponseMessage response, string operation, CancellationToken cancellationToken)
    {
        const int smallBody = 4096;
        try
        {
            if (response.Content.Headers.ContentLength is not > smallBody)
            {
                return Parse<T>(await response.Content.ReadAsByteArrayAsync(cancellationToken));
            }

            using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            return await JsonSerializer.DeserializeAsync<T>(stream, options, cancellationToken);
        }
        catch (JsonException e)
        {
            throw SidecarFailure.Unreadable(operation, e);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw SidecarFailure.Of(operation, e);
        }
    }

    private T? Parse<T>(ReadOnlySpan<byte> json)
    {
        json = json.Trim(" \t\r\n"u8);
        if (json.IsEmpty) return default;
        // The gRPC API keeps null as nothing, the HTTP API as JSON's null. Both read back as the default.
        if (json.SequenceEqual("null"u8) && default(T) is not null && typeof(T) != typeof(JsonElement)) return default;
        return JsonSerializer.Deserialize<T>(json, options);
    }

    /// <summary>Reads all of a body that is looked through as a whole.</summary>
    private static async Task<byte[]> ReadBytesAsync(HttpResponseMessage response, string operation, CancellationToken cancellationToken)
    {
        try
        {
            return await response.Content.ReadAsByteArrayAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw SidecarFailure.Of(operation, e);
        }
    }

    /// <summary>Reads an answer of the sidecar's own; null when it is empty.</summary>
    private static async Task<T?> ReadWireAsync<T>(
        HttpResponseMessage response, JsonTypeInfo<T> type, string operation, CancellationToken cancellationToken)
        where T : class
    {
        var body = await ReadBytesAsync(response, operation, cancellationToken);
        try
        {
            return body.Length == 0 ? null : JsonSerializer.Deserialize(body, type);
        }
        catch (JsonException e)
        {
            throw SidecarFailure.Unreadable(operation, e);
        }
    }
}
