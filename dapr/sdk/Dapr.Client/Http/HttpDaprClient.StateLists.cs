using System.Text;
using System.Text.Json;

namespace Dapr.Client.Http;

internal sealed partial class HttpDaprClient
{
    private const string StateQuery = "Query state";

    /// <summary>Reads the value at which the reader stands, out of the whole text.</summary>
    private delegate T ReadValue<out T>(ref Utf8JsonReader reader, ReadOnlySpan<byte> json);

    public override async Task<IReadOnlyList<BulkStateItem>> GetBulkStateAsync(
        string storeName,
        IReadOnlyList<string> keys,
        int? parallelism,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default)
    {
        var items = await GetBulkAsync(storeName, keys, parallelism, metadata, ReadText, cancellationToken);
        return items.ConvertAll(item => new BulkStateItem(item.Key, item.Value ?? string.Empty, item.ETag));
    }

    public override async Task<IReadOnlyList<BulkStateItem<TValue>>> GetBulkStateAsync<TValue>(
        string storeName,
        IReadOnlyList<string> keys,
        int? parallelism,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default)
    {
        var items = await GetBulkAsync(storeName, keys, parallelism, metadata, ReadTyped<TValue>, cancellationToken);
        return items.ConvertAll(item => new BulkStateItem<TValue>(item.Key, item.Value!, item.ETag));
    }

    public override async Task<StateQueryResponse<TValue>> QueryStateAsync<TValue>(
        string storeName, string jsonQuery, IReadOnlyDictionary<string, string>? metadata = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(jsonQuery);
        var route = new SidecarRoute("/v1.0-alpha1/state").Segment(storeName, nameof(storeName)).Literal("query").Metadata(metadata);
        using var request = channel.Request(HttpMethod.Post, route, new StringContent(jsonQuery, Encoding.UTF8, Constants.ContentTypeApplicationJson));
        using var response = await channel.SendSuccessfullyAsync(request, StateQuery, cancellationToken);
        var body = await ReadBytesAsync(response, StateQuery, cancellationToken);

        var page = body.Length == 0 ? StatePage<TValue>.Empty : ParsePage<TValue>(body);
        var found = page.Items.FindAll(item => item.Error.Length == 0)
            .ConvertAll(item => new StateQueryItem<TValue>(item.Key, item.Value, item.ETag, item.Error));
        var answer = new StateQueryResponse<TValue>(found, page.Token, page.Metadata);
        if (found.Count == page.Items.Count) return answer;

        var failed = page.Items.FindAll(item => item.Error.Length > 0).ConvertAll(item => item.Key);
        throw new StateQueryException<TValue>("Encountered an error while processing state query results.", answer, failed);
    }

    private async Task<List<StoredItem<T>>> GetBulkAsync<T>(
        string storeName,
        IReadOnlyList<string> keys,
        int? parallelism,
        IReadOnlyDictionary<string, string>? metadata,
        ReadValue<T?> read,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        if (keys.Count == 0) throw new ArgumentException("keys do not contain any elements", nameof(keys));
        using var request = channel.Request(HttpMethod.Post, StoreRoute(storeName).Literal("bulk"), KeysBody(keys, parallelism, metadata));
        using var response = await channel.SendSuccessfullyAsync(request, State, cancellationToken);
        var body = await ReadBytesAsync(response, State, cancellationToken);
        try
        {
            var reader = new Utf8JsonReader(body);
            return body.Length > 0 && reader.Read() ? StoredItem<T>.ReadAll(ref reader, body, read) : [];
        }
        catch (JsonException e)
        {
            throw SidecarFailure.Unreadable(State, e);
        }
    }

    private PooledBuffer KeysBody(IReadOnlyList<string> keys, int? parallelism, IReadOnlyDictionary<string, string>? metadata) =>
        Json((keys, parallelism, metadata), static (_, writer, state) =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("keys"u8);
            foreach (var key in state.keys) writer.WriteStringValue(key);
            writer.WriteEndArray();
            if (state.parallelism is { } parallelism) writer.WriteNumber("parallelism"u8, parallelism);
            WriteMetadata(writer, state.metadata);
            writer.WriteEndObject();
        });

    private StatePage<TValue> ParsePage<TValue>(byte[] body)
    {
        try
        {
            return StatePage<TValue>.Parse(body, ReadTyped<TValue>);
        }
        catch (JsonException e)
        {
            throw SidecarFailure.Unreadable(StateQuery, e);
        }
    }

    private static string? ReadText(ref Utf8JsonReader reader, ReadOnlySpan<byte> json) =>
        Encoding.UTF8.GetString(Slice(ref reader, json));

    private T? ReadTyped<T>(ref Utf8JsonReader reader, ReadOnlySpan<byte> json) => Parse<T>(Slice(ref reader, json));

    private static ReadOnlySpan<byte> Slice(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return json[start..(int)reader.BytesConsumed];
    }

    /// <summary>An element of an answer that lists stored values.</summary>
    private readonly record struct StoredItem<T>(string Key, T? Value, string ETag, string Error)
    {
        public static List<StoredItem<T>> ReadAll(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ReadValue<T?> read)
        {
            if (reader.TokenType == JsonTokenType.Null) return [];
            if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException("An array of stored values was expected.");
            var items = new List<StoredItem<T>>();
            while (reader.Read() && reader.TokenType == JsonTokenType.StartObject) items.Add(Read(ref reader, json, read));
            return reader.TokenType == JsonTokenType.EndArray ? items : throw new JsonException("A stored value was expected.");
        }

        private static StoredItem<T> Read(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ReadValue<T?> read)
        {
            var item = new StoredItem<T>(string.Empty, default, string.Empty, string.Empty);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (Enters(ref reader, "key"u8)) item = item with { Key = Text(ref reader) };
                else if (Enters(ref reader, "etag"u8)) item = item with { ETag = Text(ref reader) };
                else if (Enters(ref reader, "error"u8)) item = item with { Error = Text(ref reader) };
                else if (Enters(ref reader, "data"u8)) item = item with { Value = read(ref reader, json) };
                else reader.Skip();
            }

            return item;
        }
    }

    /// <summary>A page of query results.</summary>
    private sealed record StatePage<T>(List<StoredItem<T>> Items, string Token, IReadOnlyDictionary<string, string> Metadata)
    {
        public static readonly StatePage<T> Empty = new([], string.Empty, new Dictionary<string, string>());

        public static StatePage<T> Parse(byte[] json, ReadValue<T?> read)
        {
            var page = Empty;
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw new JsonException("A page of query results was expected.");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (Enters(ref reader, "results"u8)) page = page with { Items = StoredItem<T>.ReadAll(ref reader, json, read) };
                else if (Enters(ref reader, "token"u8)) page = page with { Token = Text(ref reader) };
                else if (Enters(ref reader, "metadata"u8))
                {
                    page = page with { Metadata = JsonSerializer.Deserialize(ref reader, WireJson.Default.DictionaryStringString) ?? [] };
                }
                else reader.Skip();
            }

            return page;
        }
    }

    private static string Text(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString()!,
        JsonTokenType.Null => string.Empty,
        _ => throw new JsonException("Text was expected."),
    };

    /// <summary>Whether the property has this name; then the reader moves on to its value.</summary>
    private static bool Enters(ref Utf8JsonReader reader, ReadOnlySpan<byte> name) => reader.ValueTextEquals(name) && reader.Read();
}
