namespace StocksDapr.Collector.Csv;

/// <summary>
/// Splits one line into fields: separated by a delimiter, optionally in double quotes, in which a doubled quote stands for one.
/// Blanks around a field do not belong to it.
/// </summary>
internal sealed class RowFields
{
    /// <summary>Fields of the widest row that is understood.</summary>
    public const int MaxFields = 256;

    private readonly int[] _starts = new int[MaxFields];
    private readonly int[] _ends = new int[MaxFields];
    private byte[] _unquoted = [];

    public int Count { get; private set; }

    /// <summary>Splits the line; the fields lie in <paramref name="text"/>, which is the line or, where it had quotes, its unquoted copy.</summary>
    /// <returns>False when a quote is not closed, or the row has more than <see cref="MaxFields"/> fields.</returns>
    public bool TrySplit(ReadOnlySpan<byte> line, byte delimiter, out ReadOnlySpan<byte> text)
    {
        Count = 0;
        if (line.Contains((byte)'"'))
            return TrySplitQuoted(line, delimiter, out text);

        text = line;
        var start = 0;
        while (Count < MaxFields)
        {
            var length = line[start..].IndexOf(delimiter);
            if (length < 0)
            {
                Add(line, start, line.Length);
                return true;
            }

            Add(line, start, start + length);
            start += length + 1;
        }

        return false;
    }

    public ReadOnlySpan<byte> Field(ReadOnlySpan<byte> text, int index) => text[_starts[index].._ends[index]];

    private bool TrySplitQuoted(ReadOnlySpan<byte> line, byte delimiter, out ReadOnlySpan<byte> text)
    {
        if (_unquoted.Length < line.Length)
            _unquoted = new byte[Math.Max(line.Length, 1024)];

        var target = _unquoted;
        var written = 0;
        var fieldStart = 0;
        var inQuotes = false;
        text = target;
        for (var i = 0; i < line.Length; i++)
        {
            var value = line[i];
            if (inQuotes)
            {
                if (value != '"')
                    target[written++] = value;
                else if (i + 1 < line.Length && line[i + 1] == '"')
                    target[written++] = line[++i];
                else
                    inQuotes = false;
            }
            else if (value == '"')
            {
                inQuotes = true;
            }
            else if (value == delimiter)
            {
                if (Count == MaxFields)
                    return false;
                Add(target, fieldStart, written);
                fieldStart = written;
            }
            else
            {
                target[written++] = value;
            }
        }

        if (inQuotes || Count == MaxFields)
            return false;

        Add(target, fieldStart, written);
        return true;
    }

    private void Add(ReadOnlySpan<byte> text, int start, int end)
    {
        while (start < end && text[start] is (byte)' ' or (byte)'\t')
            start++;
        while (end > start && text[end - 1] is (byte)' ' or (byte)'\t')
            end--;
        _starts[Count] = start;
        _ends[Count] = end;
        Count++;
    }
}
