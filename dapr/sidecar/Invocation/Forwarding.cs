using Microsoft.AspNetCore.Http.Features;
using StocksDapr.Sidecar.Api;
using StocksDapr.Sidecar.Delivery;
using StocksDapr.Sidecar.Go;

namespace StocksDapr.Sidecar.Invocation;

/// <summary>One invocation on its way to the callee; each attempt is a new request made from the caller's.</summary>
internal sealed class Forwarding(ApiRequest request, Callee callee, HttpMethod verb, string path)
{
    private const string Address = "127.0.0.1";
    private static readonly string Forwarded = $"for={Address};by={Address};host={Environment.MachineName}";

    /// <summary>Whether the caller's request can have a body.</summary>
    public static bool HasBody(ApiRequest request) =>
        request.Http.Request.ContentLength is not 0 && request.Http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != false;

    /// <summary>Whether the length of the caller's body is not known before its end.</summary>
    public static bool IsStream(ApiRequest request) => HasBody(request) && request.Http.Request.ContentLength is null;

    /// <summary>The verb at the callee: one that daprd does not know becomes POST.</summary>
    public static HttpMethod VerbOf(string method) => method.ToUpperInvariant() switch
    {
        "GET" => HttpMethod.Get,
        "HEAD" => HttpMethod.Head,
        "PUT" => HttpMethod.Put,
        "DELETE" => HttpMethod.Delete,
        "OPTIONS" => HttpMethod.Options,
        "TRACE" => HttpMethod.Trace,
        "PATCH" => HttpMethod.Patch,
        _ => HttpMethod.Post,
    };

    /// <summary>Sends the request; returns with the answer's headers.</summary>
    /// <param name="body">The body, when it was read before; null = it is streamed.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="InvocationException">The callee cannot be reached.</exception>
    /// <exception cref="Peers.PeerUnavailableException">The callee's sidecar cannot be reached.</exception>
    public async Task<AppAnswer> SendAsync(ReadOnlyMemory<byte>? body, CancellationToken cancellationToken)
    {
        if (!RequestPath.TryEncode(path, out var encoded, out var problem))
            throw new InvocationException($"{(callee.Kind == CalleeKind.Peer ? AppFailure.RemotePrefix : Prefix)}parse {GoFormat.Quote(callee.Channel.Address("/").OriginalString.TrimEnd('/') + path)}: {problem}");
        var query = request.Http.Request.QueryString.Value is { Length: > 1 } given ? given : "";
        using var message = new HttpRequestMessage(verb, callee.Channel.Address(encoded + query));
        if (body is { } read) message.Content = new ReadOnlyMemoryContent(read);
        else if (HasBody(request)) message.Content = StreamedBody();
        HeaderRules.CopyRequest(request.Http.Request.Headers, message, tracing: request.Trace.Parent is not null);
        foreach (var (name, value) in callee.Headers)
        {
            message.Headers.Remove(name);
            message.Headers.TryAddWithoutValidation(name, value);
        }

        if (callee.Kind is CalleeKind.Remote or CalleeKind.Peer) AddCaller(message);
        AppChannel.AddTrace(message, request.Trace);
        try
        {
            return await callee.Channel.ForwardAsync(message, cancellationToken);
        }
        catch (HttpRequestException failure)
        {
            throw new InvocationException(Prefix + AppFailure.Describe(failure, verb, message.RequestUri!));
        }
        catch (AppUnhealthyException unhealthy)
        {
            throw new InvocationException(Prefix + unhealthy.Message);
        }
    }

    private string Prefix => callee.Kind == CalleeKind.Remote ? AppFailure.RemotePrefix : "";

    private RequestBodyContent StreamedBody()
    {
        var limit = request.Sidecar.Options.MaxBodySize;
        if (request.Http.Request.ContentLength > limit) throw new BodyTooLargeException();
        return new RequestBodyContent(request.Http.Request, limit);
    }

    private void AddCaller(HttpRequestMessage message)
    {
        var headers = message.Headers;
        headers.TryAddWithoutValidation("x-forwarded-for", Address);
        headers.TryAddWithoutValidation("x-forwarded-host", Environment.MachineName);
        headers.TryAddWithoutValidation("forwarded", Forwarded);
        headers.TryAddWithoutValidation("dapr-caller-app-id", request.Sidecar.AppId);
        headers.TryAddWithoutValidation("dapr-caller-namespace", request.Sidecar.Options.Namespace ?? "default");
        headers.TryAddWithoutValidation("dapr-callee-app-id", callee.Id.Split('.')[0]);
    }
}
