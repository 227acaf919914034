namespace StocksDapr.Collector.Csv;

/// <summary>A stream of which the first bytes can be looked at before it is read.</summary>
internal sealed class ReplayStream : ForwardStream
{
    private const int HeadLength = 4;

    private readonly Stream _inner;
    private readonly byte[] _head;
    private int _replayed;

    private ReplayStream(Stream inner, byte[] head)
    {
        _inner = inner;
        _head = head;
    }

    /// <summary>The first bytes: four, or all there are.</summary>
    public ReadOnlySpan<byte> Head => _head;

    public static async Task<ReplayStream> PeekAsync(Stream inner, CancellationToken cancellationToken)
    {
        var head = new byte[HeadLength];
        var length = await inner.ReadAtLeastAsync(head, HeadLength, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return new ReplayStream(inner, head[..length]);
    }

    /// <summary>Leaves out bytes of the head.</summary>
    public void Skip(int bytes) => _replayed += bytes;

    public override int Read(Span<byte> buffer) => Replay(buffer) is > 0 and var replayed ? replayed : _inner.Read(buffer);

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Replay(buffer.Span) is > 0 and var replayed ? new ValueTask<int>(replayed) : _inner.ReadAsync(buffer, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _inner.Dispose();
        base.Dispose(disposing);
    }

    private int Replay(Span<byte> buffer)
    {
        var length = Math.Min(buffer.Length, _head.Length - _replayed);
        if (length <= 0)
            return 0;

        _head.AsSpan(_replayed, length).CopyTo(buffer);
        _replayed += length;
        return length;
    }
}
