namespace StocksDapr.Writer.Bars;

/// <summary>What is to be done with one bar of a message.</summary>
internal enum Verdict : byte
{
    Insert,
    Revise,
    Leave,
    Conflict,

    /// <summary>Left as it is, but for the time of the fetch. Bars are confirmed in runs and have no need of it.</summary>
    Confirm,
}

/// <summary>One message within a transaction: the ids it resolves to, a verdict for each bar and the outcome.</summary>
internal sealed class BarSlice(PreparedBars message, int symbolId, short sourceId)
{
    public PreparedBars Message { get; } = message;

    public int SymbolId { get; } = symbolId;

    public short IntervalId { get; } = message.Interval.Id;

    public short SourceId { get; } = sourceId;

    public long FetchedAt => Message.FetchedAt;

    public long First => Message.Starts[0];

    public long Last => Message.Starts[^1];

    public bool HasBars => Message.Starts.Length > 0;

    /// <summary>Everything is inserted unless a stored bar says otherwise.</summary>
    public Verdict[] Verdicts { get; } = new Verdict[message.Starts.Length];

    /// <summary>What revised bars said before, by their index; null where nobody is told of it.</summary>
    public Dictionary<int, Market.Bar>? Before { get; set; }

    public WrittenBars Outcome { get; } = new(message);

    /// <summary>When this slice's changes were recorded, by the database's clock (<see cref="Storage.PgTime"/>).</summary>
    public long RecordedAt { get; set; }

    public bool Overlaps(BarSlice other) =>
        SymbolId == other.SymbolId && IntervalId == other.IntervalId && HasBars && other.HasBars && First <= other.Last && other.First <= Last;

    public void CountVerdicts()
    {
        for (var i = 0; i < Verdicts.Length; i++)
        {
            switch (Verdicts[i])
            {
                case Verdict.Insert:
                    Outcome.Inserted++;
                    break;
                case Verdict.Revise:
                    Outcome.Revised++;
                    break;
                case Verdict.Leave:
                    Outcome.Unchanged++;
                    break;
                case Verdict.Conflict:
                    Outcome.Conflicts.Add(i);
                    break;
            }
        }
    }
}
