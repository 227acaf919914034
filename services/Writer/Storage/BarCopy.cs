using System.Buffers;
using System.Buffers.Binary;
using Npgsql;
using StocksDapr.Writer.Bars;

namespace StocksDapr.Writer.Storage;

/// <summary>
/// Binary COPY of new bars straight into <c>market.bars</c>. A row has a fixed size, so it is encoded here in one piece instead of
/// value by value through the driver, which costs several times as much.
/// </summary>
internal static class BarCopy
{
    private const string Command =
        "COPY market.bars (start, open, high, low, close, volume, fetched_at, recorded_at, symbol_id, interval_id, source_id) FROM STDIN (FORMAT BINARY)";

    private const short Columns = 11;
    private const int RowSize = 2 + (8 * (4 + 8)) + (4 + 4) + (2 * (4 + 2));
    private const int BufferSize = 64 * 1024;

    // Signature, flags, length of the header's extension.
    private static readonly byte[] Header = [.. "PGCOPY\n"u8, 0xFF, .. "\r\n\0"u8, 0, 0, 0, 0, 0, 0, 0, 0];

    /// <summary>Writes the bars with verdict <see cref="Verdict.Insert"/>, in the order of the slices.</summary>
    public static async Task WriteAsync(NpgsqlConnection connection, IEnumerable<BarSlice> slices, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        await using var copy = await connection.BeginRawBinaryCopyAsync(Command, cancellationToken);
        try
        {
            Header.CopyTo(buffer, 0);
            var used = Header.Length;
            foreach (var slice in slices)
            {
                for (var i = 0; i < slice.Verdicts.Length; i++)
                {
                    if (slice.Verdicts[i] != Verdict.Insert)
                        continue;

                    if (buffer.Length - used < RowSize)
                    {
                        await copy.WriteAsync(buffer.AsMemory(0, used), cancellationToken);
                        used = 0;
                    }

                    Encode(buffer.AsSpan(used, RowSize), slice, i);
                    used += RowSize;
                }
            }

            if (buffer.Length - used < 2)
            {
                await copy.WriteAsync(buffer.AsMemory(0, used), cancellationToken);
                used = 0;
            }

            BinaryPrimitives.WriteInt16BigEndian(buffer.AsSpan(used), -1);
            await copy.WriteAsync(buffer.AsMemory(0, used + 2), cancellationToken);
        }
        catch
        {
            await copy.CancelAsync();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static void Encode(Span<byte> row, BarSlice slice, int index)
    {
        ref readonly var bar = ref slice.Message.Bars[index];
        BinaryPrimitives.WriteInt16BigEndian(row, Columns);
        row = row[2..];
        Put(ref row, slice.Message.Starts[index]);
        Put(ref row, BitConverter.DoubleToInt64Bits(bar.Open));
        Put(ref row, BitConverter.DoubleToInt64Bits(bar.High));
        Put(ref row, BitConverter.DoubleToInt64Bits(bar.Low));
        Put(ref row, BitConverter.DoubleToInt64Bits(bar.Close));
        Put(ref row, bar.Volume);
        Put(ref row, slice.FetchedAt);
        Put(ref row, slice.RecordedAt);
        Put(ref row, slice.SymbolId);
        Put(ref row, slice.IntervalId);
        Put(ref row, slice.SourceId);
    }

    private static void Put(ref Span<byte> row, long value)
    {
        BinaryPrimitives.WriteInt32BigEndian(row, sizeof(long));
        BinaryPrimitives.WriteInt64BigEndian(row[4..], value);
        row = row[12..];
    }

    private static void Put(ref Span<byte> row, int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(row, sizeof(int));
        BinaryPrimitives.WriteInt32BigEndian(row[4..], value);
        row = row[8..];
    }

    private static void Put(ref Span<byte> row, short value)
    {
        BinaryPrimitives.WriteInt32BigEndian(row, sizeof(short));
        BinaryPrimitives.WriteInt16BigEndian(row[4..], value);
        row = row[6..];
    }
}
