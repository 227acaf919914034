using System.Net;
using StocksDapr.Sidecar.Api;

namespace StocksDapr.Sidecar.Invocation;

/// <summary>The caller's body, streamed to the callee as it comes; ends with an error when it is over the limit.</summary>
internal sealed class RequestBodyContent(HttpRequest request, long limit) : HttpContent
{
    protected override bool TryComputeLength(out long length)
    {
        length = request.ContentLength ?? 0;
        return request.ContentLength is not null;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => CopyAsync(stream, request.HttpContext.RequestAborted);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) => CopyAsync(stream, cancellationToken);

    private async Task CopyAsync(Stream stream, CancellationToken cancellationToken)
    {
        var reader = request.BodyReader;
        var total = 0L;
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken);
            total += read.Buffer.Length;
            if (total > limit) throw new BodyTooLargeException();
            foreach (var segment in read.Buffer) await stream.WriteAsync(segment, cancellationToken);
            reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) return;
            await stream.FlushAsync(cancellationToken);
        }
    }
}
