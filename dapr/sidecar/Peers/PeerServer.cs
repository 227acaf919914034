using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using StocksDapr.Sidecar.Api;
using StocksDapr.Sidecar.Delivery;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.Invocation;

namespace StocksDapr.Sidecar.Peers;

/// <summary>
/// The internal port of a sidecar: takes calls of sidecars in other processes, which prove by its secret that they could read its entry, and passes them on
/// to the application under this sidecar's own rules (access, health, concurrency, token).
/// </summary>
internal sealed class PeerServer : IAsyncDisposable
{
    // What callers add on top of what their own clients may send.
    private const int HeaderRoom = 64 * 1024;

    private readonly SidecarContext _sidecar;
    private readonly SidecarServer _server;
    private readonly ILogger _log;
    private byte[] _secret = [];

    /// <exception cref="SidecarStartException">The internal port is taken.</exception>
    public PeerServer(SidecarContext sidecar)
    {
        _sidecar = sidecar;
        _log = sidecar.CreateLogger<PeerServer>();
        var options = sidecar.Options;
        _server = new SidecarServer(
            options with { HttpPort = options.InternalPort, ListenAddresses = ["127.0.0.1"], ReadBufferSize = options.ReadBufferSize + HeaderRoom }, sidecar.Loggers, "internal");
    }

    /// <summary>Starts to listen and tells the other sidecars of it.</summary>
    public async Task<PeerEntry> StartAsync(PeerDirectory directory, CancellationToken cancellationToken)
    {
        await _server.StartAsync(HandleAsync, cancellationToken);
        var entry = directory.Add(_sidecar.Options, _server.Port);
        Volatile.Write(ref _secret, Encoding.ASCII.GetBytes(entry.Secret));
        _log.Listens(_server.Port);
        return entry;
    }

    /// <summary>Closes the port at once and lets the calls under way finish; cancellation cuts them off.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _server.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task HandleAsync(HttpContext http)
    {
        try
        {
            if (!Knows(http.Request))
            {
                _log.CallRefused();
                Refuse(http, StatusCodes.Status401Unauthorized, "the secret is wrong");
                return;
            }

            await PassOnAsync(http);
        }
        catch (InvocationException refused)
        {
            Refuse(http, refused.Status, refused.Message);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The caller is gone; there is nobody to answer.
        }
    }

    private bool Knows(HttpRequest request)
    {
        var sent = request.Headers[PeerChannel.SecretHeader].ToString();
        request.Headers.Remove(PeerChannel.SecretHeader);
        var secret = Volatile.Read(ref _secret);
        return secret.Length > 0 && CryptographicOperations.FixedTimeEquals(secret, Encoding.ASCII.GetBytes(sent));
    }

    private async Task PassOnAsync(HttpContext http)
    {
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var verb = new HttpMethod(http.Request.Method);
        if (!RequestPath.TryParse(target, out var path)) throw new InvocationException("rpc error: code = InvalidArgument desc = invalid method", StatusCodes.Status500InternalServerError);
        CallerAccess.Check(_sidecar.Resources.Configuration, path.Decoded, verb.Method);
        if (_sidecar.App is not { } app) throw new InvocationException(AppFailure.NoChannel);
        using var message = new HttpRequestMessage(verb, app.Address(target));
        if (http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true) message.Content = new RequestBodyContent(http.Request, long.MaxValue);
        HeaderRules.CopyRequest(http.Request.Headers, message, tracing: false);
        using var answer = await SendAsync(app, message, http.RequestAborted);
        await ResponseCopy.WriteAsItIsAsync(answer.Message, http);
    }

    private static async Task<AppAnswer> SendAsync(AppChannel app, HttpRequestMessage message, CancellationToken cancellationToken)
    {
        try
        {
            return await app.ForwardAsync(message, cancellationToken);
        }
        catch (HttpRequestException failure)
        {
            throw new InvocationException(AppFailure.RemotePrefix + AppFailure.Describe(failure, message.Method, message.RequestUri!));
        }
        catch (AppUnhealthyException unhealthy)
        {
            throw new InvocationException(AppFailure.RemotePrefix + unhealthy.Message);
        }
    }

    private static void Refuse(HttpContext http, int status, string message)
    {
        if (http.Response.HasStarted)
        {
            http.Abort();
            return;
        }

        http.Response.StatusCode = status;
        http.Response.Headers[PeerChannel.ErrorHeader] = Uri.EscapeDataString(message);
    }
}
