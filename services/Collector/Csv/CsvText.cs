using System.Buffers;
using System.Text;

namespace StocksDapr.Collector.Csv;

/// <summary>
/// Opens a file as UTF-8 text: unpacks gzip (recognised by its first bytes, whatever the name says; also a gzip inside a gzip, as
/// made by a client that packs a packed file), takes a byte order mark off, turns UTF-16 into UTF-8.
/// </summary>
internal static class CsvText
{
    private const int MaxNesting = 2;

    /// <summary>The text of a file; disposing it disposes the file.</summary>
    /// <exception cref="InvalidDataException">The gzip is broken at its beginning; where it is broken or cut off later, reading throws this.</exception>
    public static async Task<Stream> OpenAsync(Stream file, CancellationToken cancellationToken)
    {
        var stream = await ReplayStream.PeekAsync(file, cancellationToken).ConfigureAwait(false);
        for (var nesting = 0; nesting < MaxNesting && stream.Head is [0x1F, 0x8B, ..]; nesting++)
            stream = await ReplayStream.PeekAsync(new WholeGzipStream(stream), cancellationToken).ConfigureAwait(false);

        switch (stream.Head)
        {
            case [0xEF, 0xBB, 0xBF, ..]:
                stream.Skip(3);
                return stream;
            case [0xFF, 0xFE, ..]:
                stream.Skip(2);
                return Encoding.CreateTranscodingStream(stream, Encoding.Unicode, Encoding.UTF8);
            case [0xFE, 0xFF, ..]:
                stream.Skip(2);
                return Encoding.CreateTranscodingStream(stream, Encoding.BigEndianUnicode, Encoding.UTF8);
            default:
                return stream;
        }
    }

    /// <summary>Decides the layout of a file by the beginning of its text.</summary>
    /// <exception cref="UnreadableFileException">It is not a file of price bars.</exception>
    public static async Task<FileLayout> InferLayoutAsync(Stream text, LayoutHints hints, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(LayoutInference.PrefixBytes);
        try
        {
            var length = 0;
            var read = 1;
            var isBroken = false;
            while (length < LayoutInference.PrefixBytes && read > 0)
            {
                try
                {
                    read = await text.ReadAsync(buffer.AsMemory(length, LayoutInference.PrefixBytes - length), cancellationToken).ConfigureAwait(false);
                    length += read;
                }
                catch (InvalidDataException) when (length > 0)
                {
                    // What stands before the break is still to be read, and reading will come to the break.
                    isBroken = true;
                    break;
                }
            }

            return LayoutInference.Infer(buffer.AsSpan(0, length), isWhole: read == 0 && !isBroken, hints);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
