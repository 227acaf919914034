namespace StocksDapr.Collector.Csv;

/// <summary>
/// Decides the layout of a file from its beginning and from what its sender said, and from nothing else: the same file gets the
/// same layout every time it is read, so that an import which is resumed makes the same batches.
/// </summary>
internal static class LayoutInference
{
    /// <summary>Bytes (unpacked) of the beginning that is looked at.</summary>
    public const int PrefixBytes = 1024 * 1024;

    /// <param name="prefix">The first <see cref="PrefixBytes"/> of the file, or all of it.</param>
    /// <param name="isWhole">The prefix is the whole file.</param>
    /// <param name="hints">What the sender said.</param>
    /// <exception cref="UnreadableFileException">The file is not one of price bars, or does not tell something that must be known.</exception>
    public static FileLayout Infer(ReadOnlySpan<byte> prefix, bool isWhole, LayoutHints hints)
    {
        // Half a line would be evidence of nothing.
        var text = isWhole || prefix.LastIndexOf((byte)'\n') is not (>= 0 and var end) ? prefix : prefix[..(end + 1)];
        var shape = TableShape.Find(text);
        var samples = RowSamples.Read(text, shape, hints.DateOrder);
        var interval = IntervalInference.Infer(samples, hints.Interval);
        var symbol = FixedSymbol(shape.Columns, samples, hints);
        return new FileLayout
        {
            Delimiter = shape.Delimiter,
            Columns = symbol is null ? shape.Columns : shape.Columns with { Symbol = ColumnMap.None },
            FirstRowLine = shape.FirstRowLine,
            Symbol = symbol,
            DateOrder = samples.DateOrder,
            Interval = interval,
            Stamp = !interval.IsIntraday ? BarStamp.Start : hints.Stamp ?? StampInference.Infer(samples, interval),
            HoursFollowSession = StampInference.HoursFollowSession(samples, interval),
        };
    }

    /// <summary>The one symbol of a file whose rows name none: as said, or by the file's name. Null when the rows name their own.</summary>
    private static string? FixedSymbol(ColumnMap columns, RowSamples samples, LayoutHints hints)
    {
        if (columns.Symbol != ColumnMap.None && (samples.HasSymbols || samples.Times.Count == 0))
        {
            var other = hints.Symbol is null ? null : samples.Times.Keys.FirstOrDefault(symbol => symbol.Length > 0 && symbol != hints.Symbol);
            return other is null
                ? null
                : throw new UnreadableFileException(
                    "symbol-contradicts", $"symbol={hints.Symbol} was said, but the file has rows of {other}. Leave symbol= out: the rows name their own.");
        }

        return hints.Symbol ?? FileNameSymbol.Find(hints.FileName) ?? throw new UnreadableFileException(
            "no-symbol", "The file has no column for the symbol, and its name is not a symbol such as AAPL.csv. Say it with symbol=.");
    }
}
