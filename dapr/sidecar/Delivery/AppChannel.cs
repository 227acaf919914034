using System.Net;
using System.Text;
using StocksDapr.Sidecar.Api;
using StocksDapr.Sidecar.Go;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.Invocation;
using StocksDapr.Sidecar.Json;
using StocksDapr.Sidecar.Tracing;

namespace StocksDapr.Sidecar.Delivery;

/// <summary>
/// The way from the sidecar to its application: one HTTP client, the app token, trace headers, the limit on calls under way, and the health gate.
/// </summary>
internal sealed class AppChannel : IInvocationChannel, IDisposable
{
    private const string TokenHeader = "dapr-api-token";
    private const string ContentTypeHeader = "content-type";
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    private readonly SidecarOptions _options;
    private readonly SocketsHttpHandler _handler;
    private readonly HttpMessageInvoker _client;
    private readonly SemaphoreSlim? _slots;
    private readonly Action? _release;
    private readonly Version _version;
    private volatile bool _healthy = true;

    /// <summary>The application of a sidecar.</summary>
    public AppChannel(SidecarOptions options)
        : this($"{(options.AppProtocol is "https" ? "https" : "http")}://{options.AppHost}:{options.AppPort}", options, verifies: false)
    {
    }

    /// <summary>An address outside of the run: no token, no limit, and certificates count.</summary>
    public AppChannel(Uri address)
        : this(address.OriginalString.TrimEnd('/'), new SidecarOptions { AppId = "" }, verifies: true)
    {
    }

    private AppChannel(string baseAddress, SidecarOptions options, bool verifies)
    {
        _options = options;
        BaseAddress = baseAddress;
        _version = options.AppProtocol is "h2c" ? HttpVersion.Version20 : HttpVersion.Version11;
        _slots = options.AppMaxConcurrency > 0 ? new SemaphoreSlim(options.AppMaxConcurrency) : null;
        _release = _slots is null ? null : ReleaseSlot;
        _handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = ConnectTimeout,
            EnableMultipleHttp2Connections = true,
            RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
            ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
        };

        // As daprd: the certificate of the application beside it, which it made for itself, is not verified.
#pragma warning disable CA5359
        if (!verifies) _handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        _client = new HttpMessageInvoker(_handler, disposeHandler: false);
    }

    /// <summary>Scheme, host and port of the application, without a slash at the end.</summary>
    public string BaseAddress { get; }

    /// <summary>False while health checks say that the application is not well; calls then fail at once with <see cref="AppUnhealthyException"/>.</summary>
    public bool IsHealthy
    {
        get => _healthy;
        internal set => _healthy = value;
    }

    /// <summary>Calls the application and reads its whole answer, as every input binding, subscription and probe does.</summary>
    /// <param name="method">Verb.</param>
    /// <param name="path">Path with or without leading slash, query included.</param>
    /// <param name="body">Body; empty = none.</param>
    /// <param name="contentType">Content type; null = none.</param>
    /// <param name="headers">Further headers (message or binding metadata); names are sent in lower case.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="HttpRequestException">The application could not be reached, or broke the connection.</exception>
    /// <exception cref="AppUnhealthyException">The application is not healthy.</exception>
    public Task<AppResponse> SendAsync(
        HttpMethod method, string path, ReadOnlyMemory<byte> body, string? contentType, IReadOnlyDictionary<string, string>? headers, CancellationToken cancellationToken) =>
        SendAsync(method, path, body, contentType, headers, TraceContext.None, cancellationToken);

    /// <inheritdoc cref="SendAsync(HttpMethod, string, ReadOnlyMemory{byte}, string, IReadOnlyDictionary{string, string}, CancellationToken)"/>
    public Task<AppResponse> SendAsync(
        HttpMethod method,
        string path,
        ReadOnlyMemory<byte> body,
        string? contentType,
        IReadOnlyDictionary<string, string>? headers,
        TraceContext trace,
        CancellationToken cancellationToken)
    {
        var content = body.IsEmpty && contentType is null ? null : new ReadOnlyMemoryContent(body);
        return SendAsync(method, path, content, contentType, headers, trace, cancellationToken);
    }

    /// <inheritdoc cref="SendAsync(HttpMethod, string, ReadOnlyMemory{byte}, string, IReadOnlyDictionary{string, string}, CancellationToken)"/>
    public async Task<AppResponse> SendAsync(
        HttpMethod method,
        string path,
        HttpContent? content,
        string? contentType,
        IReadOnlyDictionary<string, string>? headers,
        TraceContext trace,
        CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, RouteAddress(path)) { Content = content };
        if (contentType is not null) content?.Headers.TryAddWithoutValidation(ContentTypeHeader, contentType);
        AddMetadata(request, headers);
        AddTrace(request, trace);
        using var response = await ForwardAsync(request, cancellationToken);
        var answer = await ReadAsync(response.Message.Content, cancellationToken);
        return new AppResponse((int)response.Message.StatusCode, response.Message.Content.Headers.ContentType?.ToString(), answer);
    }

    /// <summary>
    /// Sends a prepared request and returns as soon as the answer's headers are there. The slot of the concurrency limit is held until the answer is disposed.
    /// </summary>
    public async Task<AppAnswer> ForwardAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!_healthy) throw new AppUnhealthyException();
        request.Version = _version;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        if (!string.IsNullOrEmpty(_options.AppToken))
        {
            request.Headers.Remove(TokenHeader);
            request.Headers.TryAddWithoutValidation(TokenHeader, _options.AppToken);
        }

        if (_slots is not null) await _slots.WaitAsync(cancellationToken);
        try
        {
            return new AppAnswer(await _client.SendAsync(request, cancellationToken), _release);
        }
        catch
        {
            _slots?.Release();
            throw;
        }
    }

    /// <summary>Asks for the application's health: without token, without slot, whatever the gate says.</summary>
    public async Task<bool> ProbeAsync(AppHealthOptions health, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(health.Timeout);
        using var request = new HttpRequestMessage(HttpMethod.Get, Address("/" + health.Path.TrimStart('/'))) { Version = _version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        try
        {
            using var response = await _client.SendAsync(request, limit.Token);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public Uri Address(string pathAndQuery) => Absolute(BaseAddress, pathAndQuery);

    /// <summary>Puts an address together without changing a letter of the path.</summary>
    public static Uri Absolute(string baseAddress, string path) => new(baseAddress + (path.StartsWith('/') ? path : "/" + path), UriOptions);

    // The address of a route, cleaned and escaped as daprd does; a query may follow.
    private Uri RouteAddress(string route)
    {
        route = RequestPath.Clean(route);
        var fragment = route.IndexOf('#', StringComparison.Ordinal);
        if (fragment >= 0) route = route[..fragment];
        var query = route.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? route : route[..query];
        return RequestPath.TryEncode(path, out var encoded, out var problem)
            ? Address(query < 0 ? encoded : encoded + route[query..])
            : throw new HttpRequestException($"parse {GoFormat.Quote(BaseAddress + route)}: {problem}");
    }

    public void Dispose()
    {
        _client.Dispose();
        _handler.Dispose();
        _slots?.Dispose();
    }

    private void ReleaseSlot() => _slots!.Release();

    /// <summary>Adds a trace context's headers.</summary>
    public static void AddTrace(HttpRequestMessage request, in TraceContext trace)
    {
        if (trace.Parent is not null && !request.Headers.Contains("traceparent")) request.Headers.TryAddWithoutValidation("traceparent", trace.Parent);
        if (trace.State.Length > 0 && !request.Headers.Contains("tracestate")) request.Headers.TryAddWithoutValidation("tracestate", trace.State);
        if (trace.Baggage is not null && !request.Headers.Contains("baggage")) request.Headers.TryAddWithoutValidation("baggage", trace.Baggage);
    }

    // Paths go out as they are; .NET must not unescape or compact them.
    private static readonly UriCreationOptions UriOptions = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private static void AddMetadata(HttpRequestMessage request, IReadOnlyDictionary<string, string>? headers)
    {
        if (headers is null) return;
        foreach (var (name, value) in headers)
        {
            var lower = name.ToLowerInvariant();
            if (lower is ContentTypeHeader or "content-length" or "host" or "transfer-encoding" or "connection") continue;
            request.Headers.TryAddWithoutValidation(lower, HeaderText(value));
        }
    }

    /// <summary>What is set aside at once for an answer, however long it says it is.</summary>
    private const long MaxFirstBuffer = 16 * 1024 * 1024;

    // Header text is sent byte by byte (Latin-1), so text beyond ASCII is turned into the characters of its UTF-8 bytes first.
    private static string HeaderText(string value) => Ascii.IsValid(value) ? value : Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(value));

    private async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength == 0) return default;
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        using var buffer = new PooledBuffer((int)Math.Clamp(content.Headers.ContentLength ?? 1024, 1, Math.Min(_options.MaxBodySize, MaxFirstBuffer)) + 1);
        while (true)
        {
            var read = await stream.ReadAsync(buffer.GetMemory(1), cancellationToken);
            if (read == 0) return buffer.ToArray();
            buffer.Advance(read);
            if (buffer.Length > _options.MaxBodySize) throw new HttpRequestException("response body of the application is too large");
        }
    }
}

/// <summary>A call was refused because the application is not healthy.</summary>
internal sealed class AppUnhealthyException() : Exception("rpc error: code = Internal desc = app is not in a healthy state");

/// <summary>An answer of the application whose body has not been read yet.</summary>
internal sealed class AppAnswer(HttpResponseMessage message, Action? release) : IDisposable
{
    private Action? _release = release;

    public HttpResponseMessage Message { get; } = message;

    public void Dispose()
    {
        Message.Dispose();
        Interlocked.Exchange(ref _release, null)?.Invoke();
    }
}
