using StocksDapr.Market;

namespace StocksDapr.Collector.Csv;

/// <summary>What the sender said about a file. What is said here is not guessed.</summary>
/// <param name="Interval">The length of its bars.</param>
/// <param name="Symbol">The symbol of all rows, for a file without a column for it.</param>
/// <param name="Stamp">Which end of a bar its times name.</param>
/// <param name="DateOrder">How to read 3/4/2017.</param>
/// <param name="FileName">The name of the file at the sender's, which may name the symbol.</param>
internal sealed record LayoutHints(
    Interval? Interval = null, string? Symbol = null, BarStamp? Stamp = null, DateOrder? DateOrder = null, string? FileName = null);
