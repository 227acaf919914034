using StocksDapr.Market;

namespace StocksDapr.Collector.Csv;

/// <summary>Everything that must be known of a file before its rows can be read. Decided once, so that it is the same for every row.</summary>
internal sealed record FileLayout
{
    public required byte Delimiter { get; init; }

    public required ColumnMap Columns { get; init; }

    /// <summary>The line of the first row, the file's first line being 1.</summary>
    public required int FirstRowLine { get; init; }

    /// <summary>The symbol of every row; null when rows name their own.</summary>
    public string? Symbol { get; init; }

    public DateOrder DateOrder { get; init; }

    public required Interval Interval { get; init; }

    public BarStamp Stamp { get; init; }

    /// <summary>
    /// Hourly bars that follow the session (09:30, 10:30, … 15:30): the ones that end at 09:30, at 13:00 and at 16:00 are half as long.
    /// </summary>
    public bool HoursFollowSession { get; init; }
}

/// <summary>Which end of a bar its time names.</summary>
internal enum BarStamp
{
    Start,
    End,
}
