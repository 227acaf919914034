using StocksDapr.Protocol.Grpc;
using StocksDapr.Sidecar.Api;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.Workflows.Storage;

namespace StocksDapr.Sidecar.Workflows.TaskHub;

/// <summary>What every gRPC call goes through: content type, token, deadline, method; and how failures become a status.</summary>
internal sealed class GrpcApplication(SidecarOptions options, Func<string, Func<GrpcCall, Task>?> find, ILogger log, CancellationToken stopping)
{
    private readonly ApiToken _token = new(options.ApiToken);

    public async Task HandleAsync(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        if (!HttpMethods.IsPost(http.Request.Method) || !IsGrpc(http.Request.ContentType))
        {
            http.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping);
        using var deadline = new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancelled.Token, deadline.Token);
        var size = (int)Math.Min(options.MaxBodySize <= 0 ? int.MaxValue : options.MaxBodySize, int.MaxValue);
        var call = new GrpcCall(http, size, either.Token);
        try
        {
            CheckToken(http);
            if (find(http.Request.Path.Value ?? "") is not { } method)
                throw new GrpcException(GrpcStatusCode.Unimplemented, $"unknown method {http.Request.Path.Value}");
            SetDeadline(http, deadline);
            await method(call);
        }
        catch (GrpcException ended)
        {
            call.End(ended.Status, ended.Message);
        }
        catch (WorkflowException refused)
        {
            call.End(refused.Status, refused.Message);
        }
        catch (StoreUnavailableException away)
        {
            call.End(GrpcStatusCode.Unavailable, away.Message);
        }
        catch (OperationCanceledException)
        {
            if (deadline.IsCancellationRequested) call.End(GrpcStatusCode.DeadlineExceeded, "context deadline exceeded");
            else if (http.RequestAborted.IsCancellationRequested) return;
            else call.End(GrpcStatusCode.Unavailable, "the sidecar is shutting down");
        }
        catch (Exception failure) when (failure is IOException or BadHttpRequestException)
        {
            // The caller is gone, or has sent what is no HTTP/2.
            http.Abort();
        }
        catch (Exception failure)
        {
            log.GrpcCallFailed(failure, http.Request.Path.Value ?? "");
            call.End(GrpcStatusCode.Internal, failure.Message);
        }
    }

    private static bool IsGrpc(string? contentType) =>
        contentType is not null && contentType.StartsWith(GrpcNames.ContentType, StringComparison.OrdinalIgnoreCase)
        && (contentType.Length == GrpcNames.ContentType.Length || contentType[GrpcNames.ContentType.Length] is '+' or ';');

    private void CheckToken(HttpContext http)
    {
        if (string.IsNullOrEmpty(options.ApiToken)) return;
        if (!http.Request.Headers.ContainsKey(ApiToken.Header)) throw new GrpcException(GrpcStatusCode.Unauthenticated, "missing api token in request metadata");
        if (!_token.Admits(http.Request, http.Request.Path.Value ?? "")) throw new GrpcException(GrpcStatusCode.Unauthenticated, "authentication error: api token mismatch");
    }

    private static void SetDeadline(HttpContext http, CancellationTokenSource deadline)
    {
        if (http.Request.Headers[GrpcNames.Timeout].ToString() is not { Length: > 0 } text) return;
        var timeout = GrpcText.DecodeTimeout(text);
        if (timeout.TotalMilliseconds < int.MaxValue) deadline.CancelAfter(timeout);
    }
}
