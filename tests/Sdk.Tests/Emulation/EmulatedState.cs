using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace StocksDapr.Sdk.Emulation;

/// <summary>daprd's state API over a dictionary: get, save, delete, bulk get and transactions, with etags that count writes.</summary>
internal sealed class EmulatedState
{
    private readonly ConcurrentDictionary<string, (string Json, string ETag)> _values = new();
    private int _writes;

    public Task HandleAsync(RecordedRequest request, HttpResponse response)
    {
        var path = request.Target.Split('?')[0].Split('/')[3..];
        return (request.Method, path) switch
        {
            ("GET", [_, var key]) => GetAsync(Uri.UnescapeDataString(key), response),
            ("DELETE", [_, var key]) => DeleteAsync(Uri.UnescapeDataString(key), request.Headers.IfMatch, response),
            ("POST", [_]) => SaveAsync(request.Json.AsArray(), response),
            ("POST", [_, "bulk"]) => BulkAsync(request.Json["keys"]!.AsArray(), response),
            ("POST", [_, "transaction"]) => TransactAsync(request.Json["operations"]!.AsArray(), response),
            _ => ErrorAsync(response, 404, "ERR_DIRECT_INVOKE", "failed getting app id either from the URL path or the header dapr-app-id"),
        };
    }

    private Task GetAsync(string key, HttpResponse response)
    {
        if (!_values.TryGetValue(key, out var stored)) return NoContent(response);
        response.Headers.ETag = stored.ETag;
        response.ContentType = "application/json";
        return response.WriteAsync(stored.Json);
    }

    private Task SaveAsync(JsonArray items, HttpResponse response)
    {
        foreach (var item in items)
        {
            if (Conflicts((string)item!["key"]!, (string?)item["etag"], (string?)item["options"]?["concurrency"]))
            {
                return ErrorAsync(response, 409, "ERR_STATE_SAVE", "failed saving state in state store statestore: possible etag mismatch.");
            }

            Save(item);
        }

        return NoContent(response);
    }

    private Task DeleteAsync(string key, string? etag, HttpResponse response)
    {
        if (Conflicts(key, etag, concurrency: null)) return ErrorAsync(response, 409, "ERR_STATE_DELETE", $"failed deleting state with key {key}");
        _values.TryRemove(key, out _);
        return NoContent(response);
    }

    private Task BulkAsync(JsonArray keys, HttpResponse response)
    {
        var items = new JsonArray();
        foreach (var key in keys)
        {
            var item = new JsonObject { ["key"] = (string)key! };
            if (_values.TryGetValue((string)key!, out var stored))
            {
                item["data"] = JsonNode.Parse(stored.Json);
                item["etag"] = stored.ETag;
            }

            items.Add((JsonNode)item);
        }

        response.ContentType = "application/json";
        return response.WriteAsync(items.ToJsonString());
    }

    private Task TransactAsync(JsonArray operations, HttpResponse response)
    {
        if (operations.Any(operation => Conflicts(
            (string)operation!["request"]!["key"]!, (string?)operation["request"]!["etag"], (string?)operation["request"]!["options"]?["concurrency"])))
        {
            return ErrorAsync(response, 500, "ERR_STATE_TRANSACTION", "possible etag mismatch");
        }

        foreach (var operation in operations)
        {
            if ((string)operation!["operation"]! == "delete") _values.TryRemove((string)operation["request"]!["key"]!, out _);
            else Save(operation["request"]!);
        }

        return NoContent(response);
    }

    private void Save(JsonNode item) =>
        _values[(string)item["key"]!] = (item["value"]?.ToJsonString() ?? "null", Interlocked.Increment(ref _writes).ToString(CultureInfo.InvariantCulture));

    private bool Conflicts(string key, string? etag, string? concurrency)
    {
        var exists = _values.TryGetValue(key, out var stored);
        if (string.IsNullOrEmpty(etag)) return exists && concurrency == "first-write";
        return !exists || stored.ETag != etag;
    }

    private static Task NoContent(HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private static Task ErrorAsync(HttpResponse response, int status, string code, string message)
    {
        response.StatusCode = status;
        return response.WriteAsJsonAsync(new { errorCode = code, message });
    }
}
