using System.Text.Json;

namespace Dapr.Client.Http;

/// <remarks>The HTTP API keeps JSON only, so bytes travel as base64 text.</remarks>
internal sealed partial class HttpDaprClient
{
    public override Task SaveByteStateAsync(
        string storeName,
        string key,
        ReadOnlyMemory<byte> binaryValue,
        StateOptions? stateOptions = null,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default) =>
        SaveBytesAsync(storeName, key, binaryValue, etag: null, stateOptions, metadata, cancellationToken);

    public override Task<bool> TrySaveByteStateAsync(
        string storeName,
        string key,
        ReadOnlyMemory<byte> binaryValue,
        string etag,
        StateOptions? stateOptions = null,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(etag);
        return SaveBytesAsync(storeName, key, binaryValue, etag, stateOptions, metadata, cancellationToken);
    }

    public override async Task<ReadOnlyMemory<byte>> GetByteStateAsync(
        string storeName,
        string key,
        ConsistencyMode? consistencyMode = null,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default)
    {
        var (bytes, _) = await GetByteStateAndETagAsync(storeName, key, consistencyMode, metadata, cancellationToken);
        return bytes;
    }

    public override async Task<(ReadOnlyMemory<byte>, string etag)> GetByteStateAndETagAsync(
        string storeName,
        string key,
        ConsistencyMode? consistencyMode = null,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default)
    {
        using var request = channel.Request(HttpMethod.Get, GetRoute(storeName, key, consistencyMode, metadata));
        using var response = await channel.SendSuccessfullyAsync(request, State, cancellationToken);
        var body = await ReadBytesAsync(response, State, cancellationToken);
        return (Unwrap(body), ETagOf(response));
    }

    private async Task<bool> SaveBytesAsync(
        string storeName,
        string key,
        ReadOnlyMemory<byte> value,
        string? etag,
        StateOptions? stateOptions,
        IReadOnlyDictionary<string, string>? metadata,
        CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        var body = Json((key, value, etag, stateOptions, metadata), static (_, writer, item) =>
        {
            writer.WriteStartArray();
            writer.WriteStartObject();
            writer.WriteString("key"u8, item.key);
            writer.WriteBase64String("value"u8, item.value.Span);
            WriteConditions(writer, item.etag, item.stateOptions, item.metadata);
            writer.WriteEndObject();
            writer.WriteEndArray();
        });
        using var request = channel.Request(HttpMethod.Post, StoreRoute(storeName), body);
        return await TryAsync(request, etag, cancellationToken);
    }

    /// <summary>Base64 text gives the bytes that it stands for; any other value, which was not saved as bytes, its own JSON.</summary>
    private static byte[] Unwrap(byte[] body)
    {
        var reader = new Utf8JsonReader(body);
        try
        {
            return reader.Read() && reader.TokenType == JsonTokenType.String && reader.TryGetBytesFromBase64(out var bytes) ? bytes : body;
        }
        catch (JsonException)
        {
            return body;
        }
    }
}
