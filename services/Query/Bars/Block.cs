namespace StocksDapr.Query.Bars;

/// <summary>
/// The bars of one series in one period, rendered: <see cref="Json"/> holds each bar as a JSON object followed by a comma, so that any run
/// of bars is one run of bytes. Immutable.
/// </summary>
/// <param name="Json">UTF-8.</param>
/// <param name="Offsets">Where each bar begins in <paramref name="Json"/>, and where the last one ends: one more than there are bars.</param>
/// <param name="Starts">The bars' starts, seconds since 1970 UTC, ascending.</param>
/// <param name="ContentHash">The same for the same bytes in every replica and every run: entity tags are made from it.</param>
internal sealed record Block(byte[] Json, int[] Offsets, long[] Starts, ulong ContentHash)
{
    /// <summary>What the arrays' and the objects' headers take beside their content, about.</summary>
    private const int Overhead = 200;

    public static readonly Block Empty = new([], [0], [], Hashing.Seed);

    public int Count => Starts.Length;

    /// <summary>What it takes in memory, in bytes.</summary>
    public int Size => Json.Length + (Offsets.Length * sizeof(int)) + (Starts.Length * sizeof(long)) + Overhead;

    /// <summary>Index of the first bar that starts at or after an instant; <see cref="Count"/> if none does.</summary>
    public int IndexAtOrAfter(long start)
    {
        var index = Array.BinarySearch(Starts, start);
        return index < 0 ? ~index : index;
    }

    /// <summary>The bytes of a run of at least one bar, commas between them, none after.</summary>
    public ReadOnlyMemory<byte> Slice(int index, int count) => Json.AsMemory(Offsets[index]..(Offsets[index + count] - 1));
}
