namespace StocksDapr.Collector.Csv;

/// <summary>Where a file keeps what a bar consists of: numbers of columns from 0, <see cref="None"/> for what it does not have.</summary>
internal sealed record ColumnMap
{
    public const int None = -1;

    /// <summary>How many fields a row of the file has.</summary>
    public required int Count { get; init; }

    public int Symbol { get; init; } = None;

    /// <summary>The date, or date and time together.</summary>
    public int Date { get; init; } = None;

    /// <summary>The time of day, where it has a column of its own.</summary>
    public int Time { get; init; } = None;

    public int Open { get; init; } = None;

    public int High { get; init; } = None;

    public int Low { get; init; } = None;

    /// <summary>The raw close, never the adjusted one.</summary>
    public int Close { get; init; } = None;

    public int Volume { get; init; } = None;

    /// <summary>Dividend per share, on its ex-date.</summary>
    public int Dividend { get; init; } = None;

    /// <summary>New shares per old one.</summary>
    public int Split { get; init; } = None;

    /// <summary>Stooq's code of the interval.</summary>
    public int Period { get; init; } = None;

    /// <summary>Whether dividends or splits stand beside the prices.</summary>
    public bool HasActions => Dividend != None || Split != None;

    /// <summary>What a file of bars cannot do without and this one lacks.</summary>
    public IEnumerable<string> Missing()
    {
        if (Date == None)
            yield return "date";
        if (Open == None)
            yield return "open";
        if (High == None)
            yield return "high";
        if (Low == None)
            yield return "low";
        if (Close == None)
            yield return "close";
        if (Volume == None)
            yield return "volume";
    }
}
