using System.Net;
using System.Text.Json;

namespace Dapr.Client.Http;

internal sealed partial class HttpDaprClient
{
    private const string State = "State";

    public override async Task<TValue> GetStateAsync<TValue>(
        string storeName,
        string key,
        ConsistencyMode? consistencyMode = default,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default)
    {
        var (value, _) = await GetStateAndETagAsync<TValue>(storeName, key, consistencyMode, metadata, cancellationToken);
        return value;
    }

    public override async Task<(TValue value, string etag)> GetStateAndETagAsync<TValue>(
        string storeName,
        string key,
        ConsistencyMode? consistencyMode = null,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default)
    {
        using var request = channel.Request(HttpMethod.Get, GetRoute(storeName, key, consistencyMode, metadata));
        using var response = await channel.SendSuccessfullyAsync(request, State, cancellationToken);
        var value = await ReadAsync<TValue>(response, State, cancellationToken);
        return (value!, ETagOf(response));
    }

    public override Task SaveStateAsync<TValue>(
        string storeName,
        string key,
        TValue value,
        StateOptions? stateOptions = null,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default) =>
        SaveAsync(storeName, new SaveStateItem<TValue>(key, value, etag: null, stateOptions, metadata), cancellationToken);

    public override Task<bool> TrySaveStateAsync<TValue>(
        string storeName,
        string key,
        TValue value,
        string etag,
        StateOptions? stateOptions = null,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(etag);
        return SaveAsync(storeName, new SaveStateItem<TValue>(key, value, etag, stateOptions, metadata), cancellationToken);
    }

    public override async Task SaveBulkStateAsync<TValue>(
        string storeName, IReadOnlyList<SaveStateItem<TValue>> items, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(items);
        if (items.Count == 0) throw new ArgumentException("items do not contain any elements", nameof(items));
        using var request = channel.Request(HttpMethod.Post, StoreRoute(storeName), SaveBody(items));
        await channel.SendAndForgetAnswerAsync(request, State, cancellationToken);
    }

    public override async Task DeleteStateAsync(
        string storeName,
        string key,
        StateOptions? stateOptions = null,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default) =>
        await DeleteAsync(storeName, key, etag: null, stateOptions, metadata, cancellationToken);

    public override async Task<bool> TryDeleteStateAsync(
        string storeName,
        string key,
        string etag,
        StateOptions? stateOptions = null,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(etag);
        return await DeleteAsync(storeName, key, etag, stateOptions, metadata, cancellationToken);
    }

    /// <summary>The HTTP API cannot delete in bulk: one call per key, in order, ending at the first that fails.</summary>
    public override async Task DeleteBulkStateAsync(
        string storeName, IReadOnlyList<BulkDeleteStateItem> items, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(items);
        foreach (var item in items)
        {
            using var request = DeleteRequest(storeName, item.Key, item.ETag, item.StateOptions, item.Metadata);
            await channel.SendAndForgetAnswerAsync(request, State, cancellationToken);
        }
    }

    public override async Task ExecuteStateTransactionAsync(
        string storeName,
        IReadOnlyList<StateTransactionRequest> operations,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operations);
        if (operations.Count == 0) throw new ArgumentException("operations does not contain any elements", nameof(operations));
        using var request = channel.Request(HttpMethod.Post, StoreRoute(storeName).Literal("transaction"), TransactionBody(operations, metadata));
        await channel.SendAndForgetAnswerAsync(request, State, cancellationToken);
    }

    private static SidecarRoute StoreRoute(string storeName) => new SidecarRoute("/v1.0/state").Segment(storeName, nameof(storeName));

    private static SidecarRoute GetRoute(
        string storeName, string key, ConsistencyMode? consistency, IReadOnlyDictionary<string, string>? metadata) =>
        StoreRoute(storeName).Segment(key, nameof(key)).Query("consistency", WireName(consistency)).Metadata(metadata);

    /// <summary>The etag as the store gave it. It has no quotes, so the typed header would not take it.</summary>
    private static string ETagOf(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues("ETag", out var values) ? values.ToString() : string.Empty;

    private async Task<bool> SaveAsync<TValue>(string storeName, SaveStateItem<TValue> item, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(item.Key, "key");
        using var request = channel.Request(HttpMethod.Post, StoreRoute(storeName), SaveBody([item]));
        return await TryAsync(request, item.ETag, cancellationToken);
    }

    private async Task<bool> DeleteAsync(
        string storeName,
        string key,
        string? etag,
        StateOptions? stateOptions,
        IReadOnlyDictionary<string, string>? metadata,
        CancellationToken cancellationToken)
    {
        using var request = DeleteRequest(storeName, key, etag, stateOptions, metadata);
        return await TryAsync(request, etag, cancellationToken);
    }

    /// <summary>Sends a conditional write; false when the condition did not hold.</summary>
    private async Task<bool> TryAsync(HttpRequestMessage request, string? etag, CancellationToken cancellationToken)
    {
        using var response = await channel.SendAsync(request, State, cancellationToken);
        if (response.IsSuccessStatusCode) return true;
        if (etag is not null && response.StatusCode == HttpStatusCode.Conflict) return false;
        throw await SidecarFailure.ReadAsync(State, response, cancellationToken);
    }

    private HttpRequestMessage DeleteRequest(
        string storeName, string key, string? etag, StateOptions? stateOptions, IReadOnlyDictionary<string, string>? metadata)
    {
        var route = StoreRoute(storeName).Segment(key, nameof(key))
            .Query("concurrency", WireName(stateOptions?.Concurrency)).Query("consistency", WireName(stateOptions?.Consistency)).Metadata(metadata);
        var request = channel.Request(HttpMethod.Delete, route);
        // An empty etag sets no condition.
        if (!string.IsNullOrEmpty(etag)) request.Headers.AddText("If-Match", etag, nameof(etag));
        return request;
    }

    private PooledBuffer SaveBody<TValue>(IReadOnlyList<SaveStateItem<TValue>> items) => Json(items, static (client, writer, items) =>
    {
        writer.WriteStartArray();
        foreach (var item in items)
        {
            writer.WriteStartObject();
            writer.WriteString("key"u8, item.Key);
            writer.WritePropertyName("value"u8);
            JsonSerializer.Serialize(writer, item.Value, client.JsonSerializerOptions);
            WriteConditions(writer, item.ETag, item.StateOptions, item.Metadata);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    });

    private PooledBuffer TransactionBody(IReadOnlyList<StateTransactionRequest> operations, IReadOnlyDictionary<string, string>? metadata) =>
        Json((operations, metadata), static (_, writer, state) =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("operations"u8);
            foreach (var operation in state.operations) WriteOperation(writer, operation);
            writer.WriteEndArray();
            WriteMetadata(writer, state.metadata);
            writer.WriteEndObject();
        });

    private static void WriteOperation(Utf8JsonWriter writer, StateTransactionRequest operation)
    {
        writer.WriteStartObject();
        writer.WriteString("operation"u8, operation.OperationType == StateOperationType.Delete ? "delete"u8 : "upsert"u8);
        writer.WriteStartObject("request"u8);
        writer.WriteString("key"u8, operation.Key);
        if (operation.Value is { Length: > 0 } value)
        {
            writer.WritePropertyName("value"u8);
            WriteChecked(writer, value, operation.Key);
        }

        WriteConditions(writer, operation.ETag, operation.Options, operation.Metadata);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteChecked(Utf8JsonWriter writer, byte[] json, string key)
    {
        try
        {
            writer.WriteRawValue(json);
        }
        catch (JsonException e)
        {
            throw new ArgumentException($"The value of '{key}' is not JSON, and the sidecar's HTTP API takes nothing else.", nameof(key), e);
        }
    }

    private static void WriteConditions(
        Utf8JsonWriter writer, string? etag, StateOptions? stateOptions, IReadOnlyDictionary<string, string>? metadata)
    {
        if (etag is not null) writer.WriteString("etag"u8, etag);
        WriteMetadata(writer, metadata);
        if (stateOptions is null) return;
        writer.WriteStartObject("options"u8);
        if (WireName(stateOptions.Concurrency) is { } concurrency) writer.WriteString("concurrency"u8, concurrency);
        if (WireName(stateOptions.Consistency) is { } consistency) writer.WriteString("consistency"u8, consistency);
        writer.WriteEndObject();
    }

    private static string? WireName(ConcurrencyMode? mode) => mode switch
    {
        null => null,
        ConcurrencyMode.FirstWrite => "first-write",
        ConcurrencyMode.LastWrite => "last-write",
        _ => throw new ArgumentException($"{mode} Concurrency Mode is not supported.", nameof(mode)),
    };

    private static string? WireName(ConsistencyMode? mode) => mode switch
    {
        null => null,
        ConsistencyMode.Eventual => "eventual",
        ConsistencyMode.Strong => "strong",
        _ => throw new ArgumentException($"{mode} Consistency Mode is not supported.", nameof(mode)),
    };
}
