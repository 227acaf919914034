using System.Buffers;
using System.IO.Compression;

namespace StocksDapr.Collector.Csv;

/// <summary>
/// Unpacks gzip, of one or several members, and throws when the file is cut off: <see cref="GZipStream"/> takes the end of a file
/// anywhere for the end of its content.
/// </summary>
/// <remarks>
/// A further member of known content is put behind the file. It comes out at the end, and is taken off, only if the file ended where a
/// member ends; otherwise it is taken for compressed data, and whatever that makes is not handed out: so much is always held back.
/// </remarks>
internal sealed class WholeGzipStream : ForwardStream
{
    private const int MarkerLength = 1024;

    /// <summary>More than the appended member can unpack to in the wrong place: 1,032 times its length at most.</summary>
    private const int HeldBack = 64 * 1024;

    private const int BufferSize = 256 * 1024;

    private static readonly byte[] AppendedMember = MakeMember();

    private readonly GZipStream _unpacked;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private int _start;
    private int _end;
    private bool _ended;

    public WholeGzipStream(Stream file) =>
        _unpacked = new GZipStream(new AppendedStream(file), CompressionMode.Decompress);

    /// <exception cref="InvalidDataException">The file is no gzip, is damaged or is cut off.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
            return 0;

        while (!_ended && _end - _start <= HeldBack)
        {
            if (_start > 0)
            {
                _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
                _end -= _start;
                _start = 0;
            }

            var read = await _unpacked.ReadAsync(_buffer.AsMemory(_end, BufferSize - _end), cancellationToken).ConfigureAwait(false);
            _end += read;
            if (read == 0)
                TakeMarkerOff();
        }

        var length = Math.Min(buffer.Length, _end - _start - (_ended ? 0 : HeldBack));
        _buffer.AsSpan(_start, length).CopyTo(buffer.Span);
        _start += length;
        return length;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && _buffer.Length > 0)
        {
            _unpacked.Dispose();
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
            _start = _end = 0;
            _ended = true;
        }

        base.Dispose(disposing);
    }

    private void TakeMarkerOff()
    {
        var unpacked = _buffer.AsSpan(_start, _end - _start);
        if (unpacked.Length < MarkerLength || unpacked[^MarkerLength..].ContainsAnyExcept((byte)0))
            throw new InvalidDataException("it ends in the middle");

        _end -= MarkerLength;
        _ended = true;
    }

    private static byte[] MakeMember()
    {
        using var member = new MemoryStream();
        using (var gzip = new GZipStream(member, CompressionLevel.SmallestSize))
            gzip.Write(new byte[MarkerLength]);
        return member.ToArray();
    }

    /// <summary>A file with the member behind it.</summary>
    private sealed class AppendedStream(Stream file) : ForwardStream
    {
        private int _appended = -1;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_appended < 0)
            {
                var read = await file.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
                if (read > 0)
                    return read;
                _appended = 0;
            }

            var length = Math.Min(buffer.Length, AppendedMember.Length - _appended);
            AppendedMember.AsSpan(_appended, length).CopyTo(buffer.Span);
            _appended += length;
            return length;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                file.Dispose();
            base.Dispose(disposing);
        }
    }
}
