namespace StocksDapr.Writer.Bars;

/// <summary>What became of one message. Inserted + revised + unchanged + quarantined + repeated = what the message held.</summary>
internal sealed record WrittenBars(PreparedBars Message)
{
    public int Inserted { get; set; }

    public int Revised { get; set; }

    /// <summary>Bars that were there with the same values, or with those of a later fetch.</summary>
    public int Unchanged { get; set; }

    /// <summary>Bars that say something else than another bar of the same fetch.</summary>
    public List<int> Conflicts { get; } = [];

    public int Quarantined => Message.Quarantined.Count + Conflicts.Count;
}
