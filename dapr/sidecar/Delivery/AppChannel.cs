using StocksDapr.Sidecar.Hosting;

namespace StocksDapr.Sidecar.Delivery;

/// <summary>
/// The way from the sidecar to its application: one HTTP client, the app token, trace headers, the limit on calls under way, and the health gate.
/// </summary>
internal sealed class AppChannel : IDisposable
{
    private readonly SidecarOptions _options;
    private readonly SocketsHttpHandler _handler;
    private readonly HttpMessageInvoker _client;

    public AppChannel(SidecarOptions options)
    {
        _options = options;
        _handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false };
        _client = new HttpMessageInvoker(_handler, disposeHandler: false);
    }

    /// <summary>False while health checks say that the application is not well; calls then fail at once with <see cref="AppUnhealthyException"/>.</summary>
    public bool IsHealthy { get; internal set; } = true;

    /// <summary>Calls the application and reads its whole answer, as every input binding, subscription and probe does.</summary>
    /// <param name="method">Verb.</param>
    /// <param name="path">Path with or without leading slash, query included.</param>
    /// <param name="body">Body; empty = none.</param>
    /// <param name="contentType">Content type; null = none.</param>
    /// <param name="headers">Further headers (message or binding metadata); names are sent in lower case.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="HttpRequestException">The application could not be reached, or broke the connection.</exception>
    /// <exception cref="AppUnhealthyException">The application is not healthy.</exception>
    public async Task<AppResponse> SendAsync(
        HttpMethod method, string path, ReadOnlyMemory<byte> body, string? contentType, IReadOnlyDictionary<string, string>? headers, CancellationToken cancellationToken)
    {
        if (!IsHealthy) throw new AppUnhealthyException();
        using var request = new HttpRequestMessage(method, new Uri($"http://{_options.AppHost}:{_options.AppPort}/{path.TrimStart('/')}"));
        request.Content = new ReadOnlyMemoryContent(body);
        foreach (var (name, value) in headers ?? new Dictionary<string, string>()) request.Headers.TryAddWithoutValidation(name, value);
        if (contentType is not null) request.Content.Headers.TryAddWithoutValidation("content-type", contentType);
        using var response = await _client.SendAsync(request, cancellationToken);
        var answer = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        return new AppResponse((int)response.StatusCode, response.Content.Headers.ContentType?.ToString(), answer);
    }

    public void Dispose()
    {
        _client.Dispose();
        _handler.Dispose();
    }
}

/// <summary>A call was refused because the application is not healthy.</summary>
internal sealed class AppUnhealthyException() : Exception("app is not in a healthy state");
