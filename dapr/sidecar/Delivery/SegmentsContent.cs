using System.Net;

namespace StocksDapr.Sidecar.Delivery;

/// <summary>A request body made of pieces that are written one after the other, without being put together first.</summary>
internal sealed class SegmentsContent(IReadOnlyList<ReadOnlyMemory<byte>> segments) : HttpContent
{
    private readonly long _length = segments.Sum(segment => (long)segment.Length);

    protected override bool TryComputeLength(out long length)
    {
        length = _length;
        return true;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => WriteAsync(stream, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) => WriteAsync(stream, cancellationToken);

    private async Task WriteAsync(Stream stream, CancellationToken cancellationToken)
    {
        foreach (var segment in segments) await stream.WriteAsync(segment, cancellationToken);
    }
}
