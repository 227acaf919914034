using System.Buffers;
using StocksDapr.Sidecar.Api;

namespace StocksDapr.Sidecar.Invocation;

/// <summary>Passes a callee's answer to the caller: status, headers and the body as it comes.</summary>
internal static class ResponseCopy
{
    private const int BufferSize = 64 * 1024;
    private const string EventStream = "text/event-stream";

    /// <param name="answer">The callee's answer.</param>
    /// <param name="request">The caller's request.</param>
    /// <param name="defaultContentType">Content type of an answer without one; null = it is told from the body, as Go's server does.</param>
    public static async Task WriteAsync(HttpResponseMessage answer, ApiRequest request, string? defaultContentType)
    {
        var response = request.Http.Response;
        WriteHead(answer, response);
        if (request.Http.Request.Headers.Accept.ToString().Trim().Equals(EventStream, StringComparison.OrdinalIgnoreCase) && response.Headers.CacheControl.Count == 0) response.Headers.CacheControl = "no-cache";
        var needsType = response.ContentType is null && response.Headers.ContentEncoding.Count == 0;
        if (needsType && defaultContentType is not null) response.ContentType = defaultContentType;
        await CopyBodyAsync(answer, request.Http, needsType && defaultContentType is null);
    }

    /// <summary>Passes an answer on without adding anything, from one sidecar to the other.</summary>
    public static async Task WriteAsItIsAsync(HttpResponseMessage answer, HttpContext http)
    {
        WriteHead(answer, http.Response);
        await CopyBodyAsync(answer, http, sniff: false);
    }

    private static void WriteHead(HttpResponseMessage answer, HttpResponse response)
    {
        response.StatusCode = (int)answer.StatusCode;
        HeaderRules.CopyResponse(answer, response.Headers);
        if (answer.Content.Headers.ContentLength is { } length && MayHaveLength(answer)) response.ContentLength = length;
    }

    private static async Task CopyBodyAsync(HttpResponseMessage answer, HttpContext http, bool sniff)
    {
        var response = http.Response;
        await using var stream = await answer.Content.ReadAsStreamAsync(http.RequestAborted);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            int read;
            while ((read = await stream.ReadAsync(buffer, http.RequestAborted)) > 0)
            {
                if (sniff) response.ContentType = ContentSniffer.Detect(buffer.AsSpan(0, read));
                sniff = false;
                await response.Body.WriteAsync(buffer.AsMemory(0, read), http.RequestAborted);
            }
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException && response.HasStarted)
        {
            // The callee broke off in the middle: the caller must see that, not a short answer that looks whole.
            http.Abort();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static bool MayHaveLength(HttpResponseMessage answer) => (int)answer.StatusCode is >= 200 and not (204 or 304);
}
