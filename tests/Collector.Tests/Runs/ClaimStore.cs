using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace StocksDapr.Collector.Tests.Runs;

/// <summary>A sidecar's state store over HTTP that knows first-write, and that holds readers until all are there.</summary>
internal sealed class ClaimStore : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Dictionary<string, JsonElement> _values = [];
    private readonly ConcurrentQueue<JsonElement> _kept = new();
    private readonly TaskCompletionSource _allRead = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _awaited;

    private ClaimStore(WebApplication app)
    {
        _app = app;
        app.Run(context => context.Request.Method == HttpMethods.Get ? ReadAsync(context) : WriteAsync(context));
    }

    public string Endpoint => _app.Urls.Single();

    /// <summary>How a write is refused when there is a value.</summary>
    public HttpStatusCode Refusal { get; set; } = HttpStatusCode.Conflict;

    /// <summary>The store keeps what it is told, and the answer is an error.</summary>
    public bool FailsAfterKeeping { get; set; }

    /// <summary>The store keeps nothing.</summary>
    public bool FailsBeforeKeeping { get; set; }

    /// <summary>The writes that it has kept, as they were sent.</summary>
    public IReadOnlyCollection<JsonElement> Kept => _kept;

    public static async Task<ClaimStore> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var store = new ClaimStore(builder.Build());
        await store._app.StartAsync();
        return store;
    }

    /// <summary>The first reads are answered when there are so many: so nobody sees what another one writes next.</summary>
    public void ReadTogether(int readers) => _awaited = readers;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task ReadAsync(HttpContext context)
    {
        var value = Find(context.Request.Path.Value!.Split('/')[^1]);
        var left = Interlocked.Decrement(ref _awaited);
        if (left == 0)
            _allRead.SetResult();
        if (left >= 0)
            await _allRead.Task.WaitAsync(context.RequestAborted);

        if (value is { } found)
            await context.Response.WriteAsJsonAsync(found, context.RequestAborted);
        else
            context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task WriteAsync(HttpContext context)
    {
        var item = (await context.Request.ReadFromJsonAsync<JsonElement>(context.RequestAborted))[0];
        var isKept = !FailsBeforeKeeping && TryKeep(item);
        context.Response.StatusCode = isKept && !FailsAfterKeeping ? StatusCodes.Status204NoContent
            : FailsAfterKeeping || FailsBeforeKeeping ? StatusCodes.Status500InternalServerError
            : (int)Refusal;
    }

    private JsonElement? Find(string key)
    {
        lock (_values)
            return _values.TryGetValue(key, out var value) ? value : null;
    }

    private bool TryKeep(JsonElement item)
    {
        lock (_values)
        {
            var isFirstWrite = item.TryGetProperty("options", out var options) && options.TryGetProperty("concurrency", out var concurrency) && concurrency.GetString() == "first-write";
            if (isFirstWrite && _values.ContainsKey(item.GetProperty("key").GetString()!))
                return false;
            _values[item.GetProperty("key").GetString()!] = item.GetProperty("value");
            _kept.Enqueue(item);
            return true;
        }
    }
}
