using System.Text.Json;
using StocksDapr.Sidecar.Json;

namespace StocksDapr.Sidecar.State;

/// <summary>
/// Reads the bodies of the state API as Go's decoder does: field names without case, unknown fields ignored, null like absent, only the first JSON
/// value. All of them throw <see cref="JsonException"/> when daprd could not decode the body.
/// </summary>
internal static class StateRequests
{
    /// <summary>The items of a save request; keys are the application's own.</summary>
    public static List<StateItem> ReadSave(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, GoDecoding.ReaderOptions);
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null) return [];
        if (reader.TokenType != JsonTokenType.StartArray) throw GoDecoding.WrongType(ref reader, "", "[]state.SetRequest");
        var items = new List<StateItem>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) items.Add(ReadItem(ref reader));
        return items;
    }

    /// <summary>One item: of a save request, or what a transaction's operation is about.</summary>
    public static StateItem ReadItem(ref Utf8JsonReader reader)
    {
        var item = new StateItem();
        if (reader.TokenType == JsonTokenType.Null) return item;
        if (reader.TokenType != JsonTokenType.StartObject) throw GoDecoding.WrongType(ref reader, "", "state.SetRequest");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (GoDecoding.IsField(ref reader, "key")) item.Key = Next(ref reader, "key") ?? item.Key;
            else if (GoDecoding.IsField(ref reader, "etag")) item.ETag = Next(ref reader, "etag");
            else if (GoDecoding.IsField(ref reader, "value")) item.Value = NextValue(ref reader);
            else if (GoDecoding.IsField(ref reader, "metadata")) item.Metadata = NextStrings(ref reader, "metadata");
            else if (GoDecoding.IsField(ref reader, "options")) item.Options = NextOptions(ref reader);
            else reader.Skip();
        }

        return item;
    }

    /// <summary>The keys of a bulk get; other fields do not change the answer of the stores that there are.</summary>
    public static List<string> ReadBulkGet(ReadOnlySpan<byte> body)
    {
        var keys = new List<string>();
        var reader = new Utf8JsonReader(body, GoDecoding.ReaderOptions);
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null) return keys;
        if (reader.TokenType != JsonTokenType.StartObject) throw GoDecoding.WrongType(ref reader, "", "http.BulkGetRequest");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (GoDecoding.IsField(ref reader, "keys")) ReadKeys(ref reader, keys);
            else if (GoDecoding.IsField(ref reader, "metadata")) NextStrings(ref reader, "metadata");
            else if (GoDecoding.IsField(ref reader, "parallelism")) CheckInteger(ref reader);
            else reader.Skip();
        }

        return keys;
    }

    /// <summary>The operations of a transaction, each with the raw text of its request (null = none), since daprd looks at that one by one.</summary>
    public static List<(string Operation, byte[]? Request)> ReadTransaction(ReadOnlySpan<byte> body)
    {
        var operations = new List<(string, byte[]?)>();
        var reader = new Utf8JsonReader(body, GoDecoding.ReaderOptions);
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null) return operations;
        if (reader.TokenType != JsonTokenType.StartObject) throw GoDecoding.WrongType(ref reader, "", "http.stateTransactionRequestBody");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (GoDecoding.IsField(ref reader, "metadata")) NextStrings(ref reader, "metadata");
            else if (!GoDecoding.IsField(ref reader, "operations")) reader.Skip();
            else ReadOperations(ref reader, body, operations);
        }

        return operations;
    }

    private static void ReadOperations(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, List<(string, byte[]?)> operations)
    {
        operations.Clear();
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null) return;
        if (reader.TokenType != JsonTokenType.StartArray) throw GoDecoding.WrongType(ref reader, "operations", "[]http.stateTransactionRequestBodyOperation");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var name = "";
            byte[]? request = null;
            if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.Null))
            {
                throw GoDecoding.WrongType(ref reader, "operations", "http.stateTransactionRequestBodyOperation");
            }

            while (reader.TokenType != JsonTokenType.Null && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (GoDecoding.IsField(ref reader, "operation")) name = Next(ref reader, "operation") ?? name;
                else if (GoDecoding.IsField(ref reader, "request")) request = NextRaw(ref reader, body);
                else reader.Skip();
            }

            operations.Add((name, request));
        }
    }

    private static void ReadKeys(ref Utf8JsonReader reader, List<string> keys)
    {
        keys.Clear();
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null) return;
        if (reader.TokenType != JsonTokenType.StartArray) throw GoDecoding.WrongType(ref reader, "keys", "[]string");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) keys.Add(GoDecoding.ReadString(ref reader, "keys") ?? "");
    }

    private static void CheckInteger(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.Null && (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out _)))
        {
            throw GoDecoding.WrongType(ref reader, "parallelism", "int");
        }
    }

    private static string? Next(ref Utf8JsonReader reader, string field)
    {
        reader.Read();
        return GoDecoding.ReadString(ref reader, field);
    }

    private static byte[] NextValue(ref Utf8JsonReader reader)
    {
        reader.Read();
        return GoDecoding.Reencode(ref reader);
    }

    private static byte[] NextRaw(ref Utf8JsonReader reader, ReadOnlySpan<byte> body)
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return body[start..(int)reader.BytesConsumed].ToArray();
    }

    private static Dictionary<string, string>? NextStrings(ref Utf8JsonReader reader, string field)
    {
        reader.Read();
        return GoDecoding.ReadStrings(ref reader, field);
    }

    private static StateOptions NextOptions(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null) return default;
        if (reader.TokenType != JsonTokenType.StartObject) throw GoDecoding.WrongType(ref reader, "options", "state.SetStateOption");
        var (concurrency, consistency) = ((string?)null, (string?)null);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (GoDecoding.IsField(ref reader, "concurrency")) concurrency = Next(ref reader, "options.concurrency");
            else if (GoDecoding.IsField(ref reader, "consistency")) consistency = Next(ref reader, "options.consistency");
            else reader.Skip();
        }

        return new StateOptions(concurrency, consistency);
    }
}

/// <summary>One item of a request, with the application's own key.</summary>
internal sealed class StateItem
{
    public string Key { get; set; } = "";

    /// <summary>The value in Go's form; <c>null</c> when there is none.</summary>
    public byte[] Value { get; set; } = GoDecoding.Null;

    public string? ETag { get; set; }

    public StateOptions Options { get; set; }

    public Dictionary<string, string>? Metadata { get; set; }

    /// <summary>The text of <c>ttlInSeconds</c>: the request's query comes before the item's own metadata.</summary>
    public string? Ttl(Dictionary<string, string> query) =>
        query.GetValueOrDefault("ttlInSeconds") ?? Metadata?.GetValueOrDefault("ttlInSeconds");
}
