using System.Buffers;
using System.Runtime.ExceptionServices;

namespace StocksDapr.Collector.Csv;

/// <summary>What <see cref="LineReader"/> found next in its buffer.</summary>
internal enum LineKind
{
    /// <summary>The buffer holds no further whole line: fill it.</summary>
    None,

    /// <summary>One line, without its line break.</summary>
    Line,

    /// <summary>The beginning of a line longer than <see cref="LineReader.MaxLength"/>; the rest of it is passed over.</summary>
    TooLong,
}

/// <summary>
/// Splits a stream of UTF-8 text into lines over one pooled buffer. A line is never split by quotes: a row of prices has no
/// line break inside a field, so a quote that is not closed spoils its own line alone and line numbers stay true.
/// </summary>
/// <remarks>Reads do not own the stream. The memory of a line is valid until the next call.</remarks>
internal sealed class LineReader(Stream text) : IDisposable
{
    /// <summary>Bytes of the longest line that is read; a longer one is reported, not kept.</summary>
    public const int MaxLength = 32 * 1024;

    private const int BufferSize = 256 * 1024;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private int _start;
    private int _end;
    private bool _ended;
    private bool _passingOver;
    private ExceptionDispatchInfo? _failure;

    /// <summary>The number of the line that was read last, the first being 1.</summary>
    public long LineNumber { get; private set; }

    /// <summary>Reads more of the stream; false when everything has been handed out.</summary>
    /// <remarks>
    /// Where the stream breaks, the lines before the break are handed out first; the next call throws what broke it. Half a line is
    /// not handed out then.
    /// </remarks>
    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        _failure?.Throw();
        if (_ended)
            return _start < _end;

        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        _end -= _start;
        _start = 0;
        // Fill up, so that a stream of many small reads is not parsed in many small pieces.
        while (_end < BufferSize)
        {
            int read;
            try
            {
                read = await text.ReadAsync(_buffer.AsMemory(_end, BufferSize - _end), cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (_end > 0 && e is not OperationCanceledException)
            {
                _failure = ExceptionDispatchInfo.Capture(e);
                break;
            }

            if (read == 0)
            {
                _ended = true;
                break;
            }

            _end += read;
        }

        return _end > 0;
    }

    /// <summary>Hands out the next line of the buffer.</summary>
    public LineKind TryRead(out ReadOnlySpan<byte> line)
    {
        while (true)
        {
            var rest = _buffer.AsSpan(_start, _end - _start);
            var length = rest.IndexOf((byte)'\n');
            if (length < 0)
            {
                if (_passingOver)
                {
                    _start = _end;
                    line = default;
                    return LineKind.None;
                }

                if (rest.Length > MaxLength)
                {
                    _passingOver = true;
                    _start = _end;
                    line = rest[..MaxLength];
                    LineNumber++;
                    return LineKind.TooLong;
                }

                if (!_ended || rest.IsEmpty)
                {
                    line = default;
                    return LineKind.None;
                }

                _start = _end;
                line = rest;
                LineNumber++;
                return LineKind.Line;
            }

            _start += length + 1;
            if (_passingOver)
            {
                _passingOver = false;
                continue;
            }

            LineNumber++;
            line = rest[..length];
            if (length > MaxLength)
                return LineKind.TooLong;

            if (length > 0 && line[^1] == '\r')
                line = line[..^1];
            return LineKind.Line;
        }
    }

    public void Dispose()
    {
        var buffer = _buffer;
        _buffer = [];
        _start = _end = 0;
        _ended = true;
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
    }
}
