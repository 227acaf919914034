using System.Text.Json;
using StocksDapr.Sidecar.Api;
using StocksDapr.Sidecar.Go;
using StocksDapr.Sidecar.Json;
using StocksDapr.Sidecar.Resiliency;

namespace StocksDapr.Sidecar.State;

/// <summary>The state API over HTTP.</summary>
internal static class StateApi
{
    private const string Group = "state";

    public static void Map(ApiRouter routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
        routes.Map(Group, "GET", "/v1.0/state/{store}/{key}", GetAsync);
        routes.Map(Group, "POST|PUT", "/v1.0/state/{store}", SaveAsync);
        routes.Map(Group, "DELETE", "/v1.0/state/{store}/{key}", DeleteAsync);
        routes.Map(Group, "POST|PUT", "/v1.0/state/{store}/bulk", GetManyAsync);
        routes.Map(Group, "POST|PUT", "/v1.0/state/{store}/transaction", TransactAsync);
        routes.Map(Group, "POST|PUT", "/v1.0-alpha1/state/{store}/query", QueryAsync);
    }

    private static async Task GetAsync(ApiRequest request)
    {
        if (await FindStoreAsync(request) is not { } store) return;
        var key = request["key"];
        if (KeyPrefix.Illegal(key) is { } reason)
        {
            await request.Error(StateErrors.IllegalKey(request["store"], key, reason));
            return;
        }

        StateEntry? entry;
        try
        {
            entry = await Policy(request).RunAsync(token => store.GetAsync(store.KeyPrefix.Add(key), token), request.Aborted);
        }
        catch (Exception error) when (StateFailure.Is(error))
        {
            await request.Error(500, "ERR_STATE_GET", $"fail to get {key} from state store {request["store"]}: {error.Message}");
            return;
        }

        if (entry is null)
        {
            await request.NoContent();
            return;
        }

        request.Http.Response.Headers.ETag = entry.ETag;
        if (entry.ExpiresAt is { } expires) request.Http.Response.Headers["metadata.ttlExpireTime"] = GoTime.Rfc3339(expires);
        await request.Json(entry.Value);
    }

    private static async Task SaveAsync(ApiRequest request)
    {
        if (await FindStoreAsync(request) is not { } store) return;
        var (items, problem) = await ReadAsync(request, StateRequests.ReadSave);
        var sets = new List<StateSet>(items?.Count ?? 0);
        if (items is not null) problem = Translate(request, store, items, sets);
        if (problem is not null)
        {
            await request.Error(problem);
            return;
        }

        if (sets.Count > 0)
        {
            try
            {
                await Policy(request).RunAsync(
                    token => StateFailure.FinalOnConflict(sets.Count == 1 ? store.SetAsync(sets[0], token) : store.SetManyAsync(sets, token)), request.Aborted);
            }
            catch (Exception error) when (StateFailure.Is(error))
            {
                await request.Error(StateErrors.Failed("ERR_STATE_SAVE", $"failed saving state in state store {request["store"]}: {error.Message}", error));
                return;
            }
        }

        await request.NoContent();
    }

    private static async Task DeleteAsync(ApiRequest request)
    {
        if (await FindStoreAsync(request) is not { } store) return;
        var key = request["key"];
        if (KeyPrefix.Illegal(key) is { } reason)
        {
            await request.Error(StateErrors.IllegalKey(request["store"], key, reason));
            return;
        }

        var query = QueryPairs.Read(request.Http.Request.QueryString.Value).ToList();
        var options = new StateOptions(query.Find(pair => pair.Name == "concurrency").Value, query.Find(pair => pair.Name == "consistency").Value);
        var delete = new StateDelete(store.KeyPrefix.Add(key), request.Http.Request.Headers.IfMatch.ToString(), options);
        try
        {
            await Policy(request).RunAsync(token => StateFailure.FinalOnConflict(store.DeleteAsync(delete, token)), request.Aborted);
        }
        catch (Exception error) when (StateFailure.Is(error))
        {
            await request.Error(StateErrors.Failed("ERR_STATE_DELETE", $"failed deleting state with key {key}: {error.Message}", error));
            return;
        }

        await request.NoContent();
    }

    private static async Task GetManyAsync(ApiRequest request)
    {
        if (await FindStoreAsync(request) is not { } store) return;
        var (keys, problem) = await ReadAsync(request, StateRequests.ReadBulkGet, "failed deserializing HTTP body: ");
        var illegal = keys?.Find(key => KeyPrefix.Illegal(key) is not null);
        if (illegal is not null) problem = StateErrors.IllegalKey(request["store"], illegal, KeyPrefix.Illegal(illegal)!);
        if (problem is not null)
        {
            await request.Error(problem);
            return;
        }

        IReadOnlyList<BulkEntry> entries;
        try
        {
            entries = await Policy(request).RunAsync(token => store.GetManyAsync([.. keys!.Select(store.KeyPrefix.Add)], token), request.Aborted);
        }
        catch (Exception error) when (StateFailure.Is(error))
        {
            await request.Error(500, "ERR_STATE_BULK_GET", error.Message);
            return;
        }

        await request.Json(BulkAnswer.Write(entries, keys!.Count));
    }

    private static async Task TransactAsync(ApiRequest request)
    {
        if (await FindStoreAsync(request) is not { } store) return;
        var (parts, problem) = await ReadAsync(request, StateRequests.ReadTransaction, "failed deserializing HTTP body: ");
        var operations = new List<StateOperation>(parts?.Count ?? 0);
        if (parts is not null) problem = Translate(request, store, parts, operations);
        if (problem is not null)
        {
            await request.Error(problem);
            return;
        }

        if (operations.Count > 0)
        {
            try
            {
                await Policy(request).RunAsync(token => store.TransactAsync(operations, token), request.Aborted);
            }
            catch (Exception error) when (StateFailure.Is(error))
            {
                await request.Error(500, "ERR_STATE_TRANSACTION", $"error while executing state transaction: {error.Message}");
                return;
            }
        }

        await request.NoContent();
    }

    private static async Task QueryAsync(ApiRequest request)
    {
        if (await FindStoreAsync(request, appId: null) is not null) await request.Error(StateErrors.QueryUnsupported(request["store"]));
    }

    private static DaprError? Translate(ApiRequest request, IStateStore store, List<StateItem> items, List<StateSet> sets)
    {
        var query = request.Metadata();
        foreach (var item in items)
        {
            if (item.Key.Length == 0) return StateErrors.Malformed("\"key\" is a required field");
            if (KeyPrefix.Illegal(item.Key) is { } reason) return StateErrors.IllegalKey(request["store"], item.Key, reason);
            sets.Add(new StateSet(store.KeyPrefix.Add(item.Key), item.Value, item.ETag, item.Options, item.Ttl(query)));
        }

        return null;
    }

    private static DaprError? Translate(ApiRequest request, IStateStore store, List<(string Operation, byte[]? Request)> parts, List<StateOperation> operations)
    {
        var query = request.Metadata();
        foreach (var (operation, body) in parts)
        {
            if (operation is not ("upsert" or "delete"))
            {
                return new DaprError(400, "ERR_NOT_SUPPORTED_STATE_OPERATION", $"operation type {operation} not supported");
            }

            StateItem item;
            try
            {
                var reader = new Utf8JsonReader(body ?? GoDecoding.Null, GoDecoding.ReaderOptions);
                reader.Read();
                item = StateRequests.ReadItem(ref reader);
            }
            catch (JsonException error)
            {
                return StateErrors.Malformed($"failed deserializing HTTP body: {error.Message}");
            }

            if (KeyPrefix.Illegal(item.Key) is { } reason) return StateErrors.IllegalKey(request["store"], field: "", reason);
            var key = store.KeyPrefix.Add(item.Key);
            operations.Add(operation == "upsert"
                ? new StateSet(key, item.Value, item.ETag, item.Options, item.Ttl(query))
                : new StateDelete(key, item.ETag, item.Options));
        }

        return null;
    }

    private static async Task<(T? Read, DaprError? Problem)> ReadAsync<T>(ApiRequest request, BodyReader<T> read, string prefix = "") where T : class
    {
        ReadOnlyMemory<byte> body = default;
        try
        {
            body = await request.ReadBodyAsync();
            return (read(body.Span), null);
        }
        catch (JsonException error)
        {
            return (null, StateErrors.Malformed(prefix + GoDecoding.Explain(body.Span, error)));
        }
        catch (BodyTooLargeException error)
        {
            return (null, StateErrors.Malformed(prefix + error.Message));
        }
    }

    private static ValueTask<IStateStore?> FindStoreAsync(ApiRequest request) => FindStoreAsync(request, request.Sidecar.AppId);

    /// <summary>The store of the request; when there is none, the error is written and null returned.</summary>
    private static async ValueTask<IStateStore?> FindStoreAsync(ApiRequest request, string? appId)
    {
        var components = request.Sidecar.Components;
        var name = request["store"];
        if (components.Find<IStateStore>(name) is { } store) return store;
        await request.Error(components.Any<IStateStore>() ? StateErrors.NotFound(name, appId) : StateErrors.NotConfigured(name, appId));
        return null;
    }

    private static ResiliencyRunner Policy(ApiRequest request) => request.Sidecar.Resiliency.Outbound(request["store"], ComponentKind.Statestore);

    private delegate T BodyReader<T>(ReadOnlySpan<byte> body);
}
