using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace StocksDapr.Vendors;

/// <summary>
/// A vendor behind a real web server: a derived class answers from the shared market in its vendor's format. Every request is logged; keys and budgets are
/// counted here; a fault that a test switches on replaces the answer. A request that the vendor's documentation forbids is a violation, which fails the test.
/// </summary>
public abstract class VendorEmulator : IAsyncDisposable
{
    public const string GoodKey = "k3y-THAT/mu5t+n0t=leak&out";
    public const string WrongKey = "an0ther-K3y-n0b0dy-gave-0ut";

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<LoggedRequest> _requests = new();
    private readonly ConcurrentQueue<string> _violations = new();
    private readonly CancellationTokenSource _end = new();

    protected VendorEmulator(EmulatedMarket market, TimeProvider clock)
    {
        (Market, Clock) = (market, clock);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.UseWebSockets();
        _app.Run(HandleAsync);
    }

    public EmulatedMarket Market { get; }

    public TimeProvider Clock { get; }

    public EmulatedBudget Budget { get; } = new();

    /// <summary>Keys that are good beside <see cref="GoodKey"/>.</summary>
    public IReadOnlyList<string> MoreKeys { get; init; } = [];

    /// <summary>What happens to requests from now on.</summary>
    public VendorFault Fault { get; set; }

    /// <summary>Requests that are received while this is set wait for it, and are answered then; they are logged and charged before.</summary>
    public Task? Held { get; set; }

    /// <summary>Says all that there is to say instead of the vendor's own answer, where a test wants exactly this one.</summary>
    public Func<LoggedRequest, EmulatedAnswer?>? Instead { get; set; }

    public Uri Address => new(_app.Urls.Single());

    /// <summary>Settings of the provider's section, beside its address, without which it would go to the real vendor for something.</summary>
    public virtual IEnumerable<(string Setting, string Value)> MoreSettings => [];

    public IReadOnlyList<LoggedRequest> Requests => [.. _requests];

    /// <summary>What was asked although the vendor's documentation forbids it.</summary>
    public IReadOnlyList<string> Violations => [.. _violations];

    /// <param name="port">0 is any free one.</param>
    public Task StartAsync(int port = 0)
    {
        _app.Urls.Add(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
        return _app.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _end.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The key of a request, from where the vendor wants it; null without.</summary>
    protected abstract string? KeyOf(HttpRequest request);

    /// <summary>What a request costs.</summary>
    protected virtual int CostOf(HttpRequest request) => 1;

    /// <summary>The answer to a request with a good key within its budget.</summary>
    protected abstract EmulatedAnswer Answer(HttpRequest request);

    /// <summary>As the vendor answers a key that it does not know.</summary>
    protected abstract EmulatedAnswer AnswerToWrongKey();

    /// <summary>As the vendor answers beyond the budget.</summary>
    protected abstract EmulatedAnswer AnswerToLimit(BudgetState state);

    /// <summary>Headers of every answer, such as what is left of the budget.</summary>
    protected virtual IReadOnlyDictionary<string, string> HeadersOf(BudgetState state) => new Dictionary<string, string>();

    /// <summary>Takes a request over altogether, such as a WebSocket; true when it has.</summary>
    protected virtual Task<bool> TryTakeOverAsync(HttpContext context, CancellationToken cancellationToken) => Task.FromResult(false);

    /// <summary>Whether the vendor wants a key at all.</summary>
    protected virtual bool WantsKey => true;

    protected void Violate(string what) => _violations.Enqueue(what);

    private async Task HandleAsync(HttpContext context)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _end.Token);
        try
        {
            if (await TryTakeOverAsync(context, end.Token))
                return;
            var answer = Decide(context.Request);
            if (Held is { } held)
                await held.WaitAsync(end.Token);
            await SendAsync(context, answer, end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The client has gone, or the test is over.
            context.Abort();
        }
    }

    private EmulatedAnswer Decide(HttpRequest request)
    {
        var key = KeyOf(request);
        var cost = CostOf(request);
        var query = request.Query.ToDictionary(pair => pair.Key, pair => pair.Value.ToString(), StringComparer.Ordinal);
        var logged = new LoggedRequest(request.Path, query, key, Clock.GetUtcNow(), cost);
        _requests.Enqueue(logged);
        if (Instead?.Invoke(logged) is { } instead)
            return instead;
        if (WantsKey && key != GoodKey && !MoreKeys.Contains(key))
            return AnswerToWrongKey();

        var state = Budget.Spend(key ?? "", cost, Clock.GetUtcNow());
        var answer = state.MinutePassed || state.DayPassed ? AnswerToLimit(state) : Answer(request);
        return answer with { Headers = HeadersOf(state).Concat(answer.Headers).ToDictionary(pair => pair.Key, pair => pair.Value) };
    }

    private async Task SendAsync(HttpContext context, EmulatedAnswer answer, CancellationToken cancellationToken)
    {
        var body = answer.Bytes ?? Encoding.UTF8.GetBytes(answer.Body);
        switch (Fault)
        {
            case VendorFault.Hang:
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
                return;
            case VendorFault.Reset:
                Reset(context);
                return;
            case VendorFault.HangInBody or VendorFault.CutOff:
                context.Response.ContentLength = body.Length;
                await context.Response.Body.WriteAsync(body.AsMemory(0, body.Length / 2), cancellationToken);
                await context.Response.Body.FlushAsync(cancellationToken);
                if (Fault == VendorFault.HangInBody)
                    await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
                Reset(context);
                return;
            case VendorFault.None:
                await WriteAsync(context, answer, body, cancellationToken);
                return;
            case VendorFault.ByteOrderMark:
                await WriteAsync(context, answer, (byte[])[0xEF, 0xBB, 0xBF, .. body], cancellationToken);
                return;
            case VendorFault.Gzip:
                context.Response.Headers.ContentEncoding = "gzip";
                await WriteAsync(context, answer, Gzipped(body), cancellationToken);
                return;
            case VendorFault.Brotli:
                context.Response.Headers.ContentEncoding = "br";
                await WriteAsync(context, answer, Brotlied(body), cancellationToken);
                return;
            case VendorFault.NotUnicode:
                await WriteAsync(context, answer, NotUnicode, cancellationToken);
                return;
            case VendorFault.BrokenJson:
                await WriteAsync(context, answer, body.AsMemory(0, body.Length / 2), cancellationToken);
                return;
            case VendorFault.Garbage:
                await WriteAsync(context, answer, new byte[] { 0x7B, 0x22, 0xC3, 0x28, 0xFF, 0x22, 0x3A, 0x00, 0x7D }, cancellationToken);
                return;
            default:
                var faulty = FaultyAnswers.Of(Fault);
                await WriteAsync(context, faulty, Encoding.UTF8.GetBytes(faulty.Body), cancellationToken);
                return;
        }
    }

    private static async Task WriteAsync(HttpContext context, EmulatedAnswer answer, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        context.Response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers)
            context.Response.Headers[name] = value;
        if (answer.Status == StatusCodes.Status204NoContent)
            return;
        context.Response.ContentType = answer.ContentType;
        await context.Response.Body.WriteAsync(body, cancellationToken);
    }

    private static void Reset(HttpContext context) => context.Features.GetRequiredFeature<IHttpRequestLifetimeFeature>().Abort();

    /// <summary>A sentence with two bytes that no text has, under the names that the vendors use for theirs.</summary>
    private static byte[] NotUnicode =>
        [.. "{\"Note\":\"Limit "u8, 0xC3, 0x28, .. "\",\"error\":\""u8, 0xFF, .. "\",\"message\":\""u8, 0xFF, .. "\"}"u8];

    private static byte[] Brotlied(byte[] body)
    {
        using var buffer = new MemoryStream();
        using (var brotli = new BrotliStream(buffer, CompressionLevel.Fastest, leaveOpen: true))
            brotli.Write(body);
        return buffer.ToArray();
    }

    private static byte[] Gzipped(byte[] body)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(body);
        return buffer.ToArray();
    }
}
