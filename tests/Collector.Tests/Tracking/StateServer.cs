using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace StocksDapr.Collector.Tests.Tracking;

/// <summary>A sidecar's state store over HTTP, with ETags: who writes by an old one, or by none where there is a value, is refused.</summary>
internal sealed class StateServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (JsonElement Value, int ETag)> _values = [];

    private StateServer(WebApplication app)
    {
        _app = app;
        app.MapGet("/v1.0/healthz/{**rest}", () => Results.NoContent());
        app.MapGet("/v1.0/state/{store}/{key}", Read);
        app.MapPost("/v1.0/state/{store}", WriteAsync);
    }

    public string Endpoint => _app.Urls.Single();

    public bool IsDown { get; set; }

    /// <summary>How many of the next writes are kept and then answered as if they had failed.</summary>
    public int LostAnswers { get; set; }

    /// <summary>Writes that were refused because somebody else had been first.</summary>
    public int Conflicts { get; private set; }

    public int Writes { get; private set; }

    public static async Task<StateServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var server = new StateServer(builder.Build());
        await server._app.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private IResult Read(string key, HttpContext context)
    {
        lock (_gate)
        {
            if (IsDown)
                return Results.StatusCode(StatusCodes.Status500InternalServerError);
            if (!_values.TryGetValue(key, out var kept))
                return Results.NoContent();
            context.Response.Headers.ETag = kept.ETag.ToString(CultureInfo.InvariantCulture);
            return Results.Json(kept.Value);
        }
    }

    private async Task<IResult> WriteAsync(HttpRequest request)
    {
        var item = (await request.ReadFromJsonAsync<JsonElement>())[0];
        lock (_gate)
        {
            if (IsDown)
                return Results.StatusCode(StatusCodes.Status500InternalServerError);
            var key = item.GetProperty("key").GetString()!;
            var etag = item.TryGetProperty("etag", out var given) ? given.ToString() : "";
            var known = _values.TryGetValue(key, out var kept) ? kept.ETag : 0;
            if (etag != (known == 0 ? "" : known.ToString(CultureInfo.InvariantCulture)))
            {
                Conflicts++;
                return Results.Json(new { errorCode = "ERR_STATE_SAVE", message = "possible etag mismatch" }, statusCode: StatusCodes.Status409Conflict);
            }

            _values[key] = (item.GetProperty("value"), known + 1);
            Writes++;
            return LostAnswers-- > 0 ? Results.StatusCode(StatusCodes.Status500InternalServerError) : Results.NoContent();
        }
    }
}
