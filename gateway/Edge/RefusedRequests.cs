using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using StocksDapr.ServiceDefaults.Http;

namespace StocksDapr.Gateway.Edge;

/// <summary>
/// The web server refuses what is not HTTP, and headers beyond its limits, before any of our code runs, with a bare status line. This answers
/// such a request with a problem that says what is right: the server tells of a refusal just before it writes its own answer, and closes the
/// connection after it, so that whatever follows ours is not read any more.
/// </summary>
internal sealed class RefusedRequests : IObserver<KeyValuePair<string, object?>>
{
    private const string Event = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    private RefusedRequests()
    {
    }

    public static void Describe(IServiceProvider services) =>
        services.GetRequiredService<DiagnosticListener>().Subscribe(new RefusedRequests(), (name, _, _) => name == Event);

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value.Value is not IFeatureCollection features
            || features.Get<IHttpResponseFeature>() is not { HasStarted: false } response
            || features.Get<IConnectionTransportFeature>() is not { } connection
            || HttpProtocol.IsHttp2(features.Get<IHttpRequestFeature>()?.Protocol ?? ""))
            return;

        LingeringClose.Refuse(connection.Transport);
        connection.Transport.Output.Write(Answer(response.StatusCode, features.Get<IHttpRequestIdentifierFeature>()?.TraceIdentifier));
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    private static byte[] Answer(int status, string? requestId)
    {
        var (code, detail, valid) = Describe(status);
        var problem = ApiProblem.Details(status, code, detail, retry: false, valid);
        problem.Extensions["requestId"] = requestId;
        var body = JsonSerializer.SerializeToUtf8Bytes(problem, JsonSerializerOptions.Web);
        var head = string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 {status} {ReasonPhrases.GetReasonPhrase(status)}\r\nContent-Type: application/problem+json\r\nContent-Length: {body.Length}\r\nX-Content-Type-Options: nosniff\r\nx-request-id: {requestId}\r\nConnection: close\r\n\r\n");
        return [.. Encoding.ASCII.GetBytes(head), .. body];
    }

    private static (string Code, string Detail, object Valid) Describe(int status) => status switch
    {
        StatusCodes.Status431RequestHeaderFieldsTooLarge =>
            ("headers_too_large", "The request's headers are too large.", new { headers = $"at most {EdgeLimits.HeaderCount} headers, {EdgeLimits.HeaderBytes} bytes in all" }),
        StatusCodes.Status414UriTooLong =>
            ("uri_too_long", "The request's first line is too long.", new { requestLine = $"at most {EdgeLimits.RequestLineBytes} bytes" }),
        StatusCodes.Status408RequestTimeout =>
            ("request_timeout", "The request came too slowly.", new { headers = $"complete within {EdgeLimits.HeaderTime.TotalSeconds:0} s" }),
        _ => ("bad_request", "This is not a request of HTTP/1.1.", new { example = "GET /api/v1/bars?symbols=AAPL&interval=1d HTTP/1.1" }),
    };
}
