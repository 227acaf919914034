using StocksDapr.Contracts.Messages;
using StocksDapr.Writer.Bars;
using StocksDapr.Writer.Storage;

namespace StocksDapr.Writer.OptionChains;

/// <summary>One message within a transaction: the ids that it resolves to and a verdict for each quote.</summary>
internal sealed class ChainSlice(CleanOptionChain message, int symbolId, short sourceId, int[] contractIds)
{
    /// <summary>What stands where bars have their interval.</summary>
    public const short NoInterval = 0;

    public const string ConflictRule = PreparedBars.ConflictRule;

    public CleanOptionChain Message { get; } = message;

    public int SymbolId { get; } = symbolId;

    public short SourceId { get; } = sourceId;

    /// <summary>Those of the quotes, in their order.</summary>
    public int[] ContractIds { get; } = contractIds;

    /// <summary>As <see cref="PgTime"/>.</summary>
    public long QuotedAt { get; } = PgTime.From(message.QuotedAt);

    /// <summary>As <see cref="PgTime"/>.</summary>
    public long FetchedAt { get; } = PgTime.From(message.Provenance.FetchedAt);

    /// <summary>When this slice's changes were recorded, by the database's clock (<see cref="PgTime"/>).</summary>
    public long RecordedAt { get; set; }

    /// <summary>Everything is inserted unless a stored quote says otherwise.</summary>
    public Verdict[] Verdicts { get; } = new Verdict[message.Quotes.Count];

    /// <summary>The indexes of the quotes with a verdict.</summary>
    public IEnumerable<int> With(Verdict verdict) => Enumerable.Range(0, Verdicts.Length).Where(i => Verdicts[i] == verdict);
}
