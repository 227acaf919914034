using System.Net;

namespace Dapr.Client.Http;

/// <summary>The HTTP connection to one sidecar: requests with token and product name, failures as <see cref="DaprException" />.</summary>
internal sealed class SidecarChannel : IDisposable
{
    private readonly SocketsHttpHandler _handler = new();
    private readonly HttpClient _calls;

    public SidecarChannel(Uri endpoint, string? apiToken, TimeSpan timeout)
    {
        Endpoint = endpoint;
        ApiToken = string.IsNullOrWhiteSpace(apiToken) ? null : apiToken;
        // Building blocks have no deadline of their own: a publish may wait for a slow broker as long as its caller does.
        _calls = Client(Timeout.InfiniteTimeSpan);
        Direct = Client(timeout);
    }

    public Uri Endpoint { get; }

    public string? ApiToken { get; }

    /// <summary>For health checks and service invocation, which the builder's timeout limits.</summary>
    public HttpClient Direct { get; }

    public HttpRequestMessage Request(HttpMethod method, SidecarRoute route, HttpContent? content = null)
    {
        var request = new HttpRequestMessage(method, new Uri(Endpoint, route.ToString()))
        {
            Content = content,
            // HTTP/1.1 sends the whole body before it looks at the answer. That lets a pooled body be given back with its request.
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (ApiToken is not null) request.Headers.Add(Constants.DaprApiTokenHeader, ApiToken);
        return request;
    }

    /// <summary>Sends a request of a building block and gives any answer; its body is not yet read.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, string operation, CancellationToken cancellationToken)
    {
        try
        {
            return await _calls.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException e)
        {
            throw SidecarFailure.Of(operation, e);
        }
    }

    /// <summary>Sends a request and gives the answer if it is a success.</summary>
    public async Task<HttpResponseMessage> SendSuccessfullyAsync(
        HttpRequestMessage request, string operation, CancellationToken cancellationToken)
    {
        var response = await SendAsync(request, operation, cancellationToken);
        if (response.IsSuccessStatusCode) return response;
        using (response) throw await SidecarFailure.ReadAsync(operation, response, cancellationToken);
    }

    /// <summary>Sends a request whose answer has no content, or none of interest.</summary>
    public async Task SendAndForgetAnswerAsync(HttpRequestMessage request, string operation, CancellationToken cancellationToken)
    {
        using var response = await SendSuccessfullyAsync(request, operation, cancellationToken);
    }

    public void Dispose()
    {
        _calls.Dispose();
        Direct.Dispose();
        _handler.Dispose();
    }

    private HttpClient Client(TimeSpan timeout)
    {
        var client = new HttpClient(_handler, disposeHandler: false);
        client.DefaultRequestHeaders.UserAgent.Add(DaprClient.Product());
        if (timeout != TimeSpan.Zero && (timeout > TimeSpan.Zero || timeout == Timeout.InfiniteTimeSpan)) client.Timeout = timeout;
        return client;
    }
}
