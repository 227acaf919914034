using System.Collections.Concurrent;
using System.Net;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using StocksDapr.Protocol.Grpc;
using StocksDapr.Protocol.TaskHub;

namespace StocksDapr.Sdk.Workflow;

/// <summary>A task hub on a real port that does what a test tells it: answers, errors, silence, broken connections.</summary>
internal sealed class ScriptedHub : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Func<ScriptedCall, Task>> _scripts = new();
    private WebApplication _app;

    private ScriptedHub(WebApplication app) => _app = app;

    public ConcurrentQueue<ScriptedCall> Calls { get; } = new();

    public int Port => new Uri(_app.Urls.Single()).Port;

    public string Endpoint => $"http://127.0.0.1:{Port}";

    public static async Task<ScriptedHub> StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http2);
            kestrel.Limits.MaxRequestBodySize = null;
        });
        var app = builder.Build();
        var hub = new ScriptedHub(app);
        app.Run(hub.AnswerAsync);
        await app.StartAsync();
        return hub;
    }

    public void On(string method, Func<ScriptedCall, Task> script) => _scripts[method] = script;

    public void On(string method, IMessage answer) => On(method, call => call.AnswerAsync(answer));

    public void Fail(string method, GrpcStatusCode status, string message) => On(method, call => call.FailAsync(status, message));

    /// <summary>Hands out these items on each stream, and keeps it open.</summary>
    public void GiveOut(params WorkItem[] items) => On("GetWorkItems", async call =>
    {
        foreach (var item in items)
            await call.WriteAsync(item);
        await call.StayAsync();
    });

    public IEnumerable<ScriptedCall> CallsOf(string method) => Calls.Where(call => call.Method == method);

    public async Task StopAsync()
    {
        using var impatient = new CancellationTokenSource(TimeSpan.FromMilliseconds(1));
        await _app.StopAsync(impatient.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var call = new ScriptedCall(context, await ReadAsync(context));
        Calls.Enqueue(call);
        if (_scripts.TryGetValue(call.Method, out var script))
            await script(call);
        else
            await call.FailAsync(GrpcStatusCode.Unimplemented, $"unknown method {call.Method}");
    }

    private static async Task<byte[]> ReadAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        return body.ToArray()[GrpcFrame.HeaderSize..];
    }
}

/// <summary>One call that came in.</summary>
internal sealed class ScriptedCall(HttpContext context, byte[] message)
{
    public string Method { get; } = context.Request.Path.Value!.Split('/')[^1];

    public string Path { get; } = context.Request.Path.Value!;

    public IHeaderDictionary Headers { get; } = new HeaderDictionary(context.Request.Headers.ToDictionary(header => header.Key, header => header.Value, StringComparer.OrdinalIgnoreCase));

    public T Message<T>(MessageParser<T> parser)
        where T : IMessage<T> => parser.ParseFrom(message);

    public async Task WriteAsync(IMessage answer)
    {
        if (!context.Response.HasStarted)
            context.Response.ContentType = GrpcNames.ContentType;
        GrpcFrame.Write(context.Response.BodyWriter, answer);
        await context.Response.BodyWriter.FlushAsync();
    }

    public async Task AnswerAsync(IMessage answer)
    {
        await WriteAsync(answer);
        End();
    }

    public void End() => context.Features.Get<IHttpResponseTrailersFeature>()!.Trailers[GrpcNames.Status] = "0";

    /// <summary>As servers do before they have written anything: the status in the headers, and no trailers.</summary>
    public Task FailAsync(GrpcStatusCode status, string text)
    {
        context.Response.ContentType = GrpcNames.ContentType;
        context.Response.Headers[GrpcNames.Status] = ((int)status).ToString(System.Globalization.CultureInfo.InvariantCulture);
        context.Response.Headers[GrpcNames.Message] = GrpcText.EncodeMessage(text);
        return Task.CompletedTask;
    }

    public void Abort() => context.Abort();

    public async Task StayAsync()
    {
        if (!context.Response.HasStarted)
        {
            context.Response.ContentType = GrpcNames.ContentType;
            await context.Response.StartAsync();
        }

        await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task SetHttpStatusAsync(int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }
}
