using System.Net;
using System.Net.Sockets;
using System.Text;
using StocksDapr.Sidecar.Api;
using StocksDapr.Sidecar.Delivery;
using StocksDapr.Sidecar.Invocation;

namespace StocksDapr.Sidecar.Peers;

/// <summary>The way to an application through its own sidecar, which is in another process.</summary>
internal sealed class PeerChannel : IInvocationChannel, IDisposable
{
    /// <summary>Carries the callee's secret.</summary>
    public const string SecretHeader = "stocks-sidecar-secret";

    /// <summary>Why the callee's sidecar could not pass the call on, escaped as in a URL; what carries it is no answer of the application.</summary>
    public const string ErrorHeader = "stocks-sidecar-error";

    private readonly PeerEntry _peer;
    private readonly SocketsHttpHandler _handler;
    private readonly HttpMessageInvoker _client;

    public PeerChannel(PeerEntry peer)
    {
        _peer = peer;
        _handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,
            RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
            ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
        };
        _client = new HttpMessageInvoker(_handler, disposeHandler: false);
    }

    public Uri Address(string path) => AppChannel.Absolute($"http://127.0.0.1:{_peer.Port}", path);

    /// <inheritdoc/>
    /// <exception cref="PeerUnavailableException">The sidecar is not there any more, or was lost in the middle.</exception>
    /// <exception cref="InvocationException">It is there but could not pass the call on.</exception>
    public async Task<AppAnswer> ForwardAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Version = HttpVersion.Version11;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        request.Headers.TryAddWithoutValidation(SecretHeader, _peer.Secret);
        HttpResponseMessage answer;
        try
        {
            answer = await _client.SendAsync(request, cancellationToken);
        }
        catch (HttpRequestException failure) when (failure.InnerException is not BodyTooLargeException)
        {
            throw Unavailable(_peer, failure);
        }

        if (!answer.Headers.NonValidated.TryGetValues(ErrorHeader, out var error)) return new AppAnswer(answer, null);
        using (answer)
        {
            // Somebody else has got the port meanwhile, and does not know the secret.
            if (answer.StatusCode == HttpStatusCode.Unauthorized) throw Unavailable(_peer, null);
            throw new InvocationException(Uri.UnescapeDataString(error.ToString()), (int)answer.StatusCode);
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _handler.Dispose();
    }

    /// <summary>A sidecar that cannot be reached, in the words of Go's gRPC client.</summary>
    public static PeerUnavailableException Unavailable(PeerEntry peer, HttpRequestException? failure)
    {
        var reason = failure switch
        {
            null or { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } =>
                $"connection error: desc = \"transport: Error while dialing: dial tcp 127.0.0.1:{peer.Port}: connect: connection refused\"",
            { HttpRequestError: HttpRequestError.ResponseEnded } => "error reading from server: EOF",
            _ => $"error reading from server: {failure.Message}",
        };
        return new PeerUnavailableException($"rpc error: code = Unavailable desc = {reason}");
    }
}

/// <summary>The callee's sidecar cannot be reached: what daprd tries again by itself.</summary>
internal sealed class PeerUnavailableException(string message) : Exception(message);
