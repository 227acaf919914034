using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using System.Reflection;
using System.Runtime.CompilerServices;
using Dapr.Workflow.Client;
using Google.Protobuf;
using StocksDapr.Protocol.Grpc;

namespace Dapr.Workflow.Grpc;

/// <summary>
/// gRPC calls over HTTP/2, without encryption for an <c>http</c> endpoint. What goes wrong comes out as <see cref="WorkflowRpcException"/>, cancellation by the caller as
/// <see cref="OperationCanceledException"/>.
/// </summary>
internal sealed class GrpcConnection : IDisposable
{
    private const string TokenHeader = "dapr-api-token";

    private static readonly ProductInfoHeaderValue UserAgent = new(
        "dapr-sdk-dotnet",
        $"v{typeof(GrpcConnection).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0"}");

    private readonly HttpMessageInvoker _http;
    private readonly GrpcConnectionOptions _options;

    public GrpcConnection(GrpcConnectionOptions options)
    {
        if (options.Endpoint.Scheme is not ("http" or "https"))
            throw new InvalidOperationException("The gRPC endpoint must use http or https.");
        _options = options;
        _http = options.Http?.Invoke() ?? new HttpMessageInvoker(new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = true,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            // A peer that is gone without a word would otherwise keep the worker waiting for ever. daprd ends connections that ping more often than every 8 s.
            KeepAlivePingDelay = TimeSpan.FromSeconds(20),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            AutomaticDecompression = DecompressionMethods.None,
            UseProxy = false,
        });
    }

    /// <summary>One message there, one back.</summary>
    /// <param name="path">Service and method.</param>
    /// <param name="request">The message.</param>
    /// <param name="parser">Reads the answer.</param>
    /// <param name="timeout">Told to the server and kept here; null for the connection's own, if it has one.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<T> CallAsync<T>(string path, IMessage request, MessageParser<T> parser, TimeSpan? timeout, CancellationToken cancellationToken)
        where T : class, IMessage<T>
    {
        timeout ??= _options.Timeout;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (timeout is { } limit)
            deadline.CancelAfter(limit);
        try
        {
            using var response = await SendAsync(path, request, timeout, deadline.Token).ConfigureAwait(false);
            var body = PipeReader.Create(await response.Content.ReadAsStreamAsync(deadline.Token).ConfigureAwait(false));
            await using (body.AsStream().ConfigureAwait(false))
            {
                var message = await GrpcFrame.ReadAsync(body, parser, _options.MaxReceiveMessageSize, Encoding(response), deadline.Token).ConfigureAwait(false);
                // The status comes behind the message: reading on brings the trailers.
                if (message is not null && await GrpcFrame.ReadAsync(body, parser, _options.MaxReceiveMessageSize, Encoding(response), deadline.Token).ConfigureAwait(false) is not null)
                    throw new GrpcException(GrpcStatusCode.Internal, "more than one message came in answer to a call that has one");
                ThrowUnlessOk(response.TrailingHeaders);
                return message ?? throw new GrpcException(GrpcStatusCode.Internal, "the call ended well, but without an answer");
            }
        }
        catch (Exception failure)
        {
            throw Translate(failure, deadline.Token, cancellationToken);
        }
    }

    /// <summary>One message there, any number back. The sequence ends when the server ends the call well.</summary>
    /// <inheritdoc cref="CallAsync"/>
    public async IAsyncEnumerable<T> StreamAsync<T>(string path, IMessage request, MessageParser<T> parser, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class, IMessage<T>
    {
        HttpResponseMessage response;
        PipeReader body;
        try
        {
            response = await SendAsync(path, request, timeout: null, cancellationToken).ConfigureAwait(false);
            body = PipeReader.Create(await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (Exception failure)
        {
            throw Translate(failure, cancellationToken, cancellationToken);
        }

        using (response)
        {
            try
            {
                while (await NextAsync(response, body, parser, cancellationToken).ConfigureAwait(false) is { } message)
                    yield return message;
            }
            finally
            {
                await body.CompleteAsync().ConfigureAwait(false);
            }
        }
    }

    public void Dispose() => _http.Dispose();

    private async ValueTask<T?> NextAsync<T>(HttpResponseMessage response, PipeReader body, MessageParser<T> parser, CancellationToken cancellationToken)
        where T : class, IMessage<T>
    {
        try
        {
            var message = await GrpcFrame.ReadAsync(body, parser, _options.MaxReceiveMessageSize, Encoding(response), cancellationToken).ConfigureAwait(false);
            if (message is null)
                ThrowUnlessOk(response.TrailingHeaders);
            return message;
        }
        catch (Exception failure)
        {
            throw Translate(failure, cancellationToken, cancellationToken);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(string path, IMessage message, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_options.Endpoint, path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new GrpcContent(message, _options.MaxSendMessageSize),
        };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        request.Headers.UserAgent.Add(UserAgent);
        if (!string.IsNullOrWhiteSpace(_options.ApiToken))
            request.Headers.TryAddWithoutValidation(TokenHeader, _options.ApiToken);
        if (timeout is { } limit)
            request.Headers.TryAddWithoutValidation(GrpcNames.Timeout, GrpcText.EncodeTimeout(limit));

        var response = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            if (response.StatusCode != HttpStatusCode.OK)
                throw new GrpcException(Status(response.StatusCode), $"the sidecar answered with HTTP {(int)response.StatusCode} instead of gRPC");
            // An answer that has nothing but a status carries it where other answers have their headers.
            if (response.Headers.Contains(GrpcNames.Status))
                ThrowUnlessOk(response.Headers);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private static string? Encoding(HttpResponseMessage response) =>
        response.Headers.TryGetValues(GrpcNames.Encoding, out var values) ? values.First() : null;

    private static void ThrowUnlessOk(HttpResponseHeaders headers)
    {
        if (!headers.TryGetValues(GrpcNames.Status, out var values) || !int.TryParse(values.First(), out var status))
            throw new GrpcException(GrpcStatusCode.Unavailable, "the connection ended before the call did");
        if (status == (int)GrpcStatusCode.Ok)
            return;
        var text = headers.TryGetValues(GrpcNames.Message, out var messages) ? GrpcText.DecodeMessage(string.Join(",", messages)) : string.Empty;
        throw new GrpcException((GrpcStatusCode)status, text);
    }

    /// <summary>What a server that does not speak gRPC meant. Source: gRPC core, <c>http-grpc-status-mapping.md</c>.</summary>
    private static GrpcStatusCode Status(HttpStatusCode status) => status switch
    {
        HttpStatusCode.BadRequest => GrpcStatusCode.Internal,
        HttpStatusCode.Unauthorized => GrpcStatusCode.Unauthenticated,
        HttpStatusCode.Forbidden => GrpcStatusCode.PermissionDenied,
        HttpStatusCode.NotFound => GrpcStatusCode.Unimplemented,
        HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout => GrpcStatusCode.Unavailable,
        _ => GrpcStatusCode.Unknown,
    };

    private static Exception Translate(Exception failure, CancellationToken ended, CancellationToken caller) => failure switch
    {
        _ when caller.IsCancellationRequested && failure is not GrpcException => new OperationCanceledException("The call was cancelled.", failure, caller),
        _ when ended.IsCancellationRequested && failure is not GrpcException => new WorkflowRpcException((int)GrpcStatusCode.DeadlineExceeded, "the deadline has passed", failure),
        GrpcException refused => new WorkflowRpcException((int)refused.Status, refused.Message, refused),
        HttpRequestException or IOException or OperationCanceledException =>
            new WorkflowRpcException((int)GrpcStatusCode.Unavailable, $"the sidecar cannot be reached, or the connection broke: {failure.Message}", failure),
        _ => failure,
    };
}
