namespace StocksDapr.Query.Bars;

/// <summary>Bars of one symbol that stand together in one block; none if the symbol has no bar in the range.</summary>
internal readonly record struct BarsRun(int Symbol, Block Block, int Index, int Count);

/// <summary>One answer of <c>/bars</c> before it is written.</summary>
/// <param name="Runs">In the order of the answer.</param>
/// <param name="Unknown">Well-formed symbols under which nothing is stored.</param>
/// <param name="Next">Where the next page begins; null if this is the last.</param>
internal sealed record BarsPage(BarsRequest Request, List<BarsRun> Runs, List<string>? Unknown, BarsPosition? Next)
{
    public int Bars { get; } = Runs.Sum(run => run.Count);

    /// <summary>Equal for equal answers, however and by whichever replica they were made.</summary>
    public ulong ContentHash()
    {
        var hash = Request.Fingerprint;
        foreach (var run in Runs)
        {
            hash = Hashing.Add(hash, (ulong)run.Symbol);
            hash = Hashing.Add(hash, run.Block.ContentHash);
            hash = Hashing.Add(hash, ((ulong)run.Index << 32) | (uint)run.Count);
        }

        foreach (var symbol in Unknown ?? [])
            hash = Hashing.Add(hash, symbol);
        foreach (var symbol in Request.BadSymbols)
            hash = Hashing.Add(hash, symbol);
        if (Next is { } next)
            hash = Hashing.Add(Hashing.Add(hash, (ulong)next.Symbol), (ulong)next.Start);
        return hash;
    }
}
