namespace StocksDapr.WorkflowWorker;

/// <summary>How much a workflow does.</summary>
/// <param name="First">The number that it begins with.</param>
/// <param name="Rounds">Rounds, one after the other.</param>
/// <param name="Width">Activities at once, in each round.</param>
/// <param name="Pause">Between rounds.</param>
public sealed record Plan(int First, int Rounds, int Width, TimeSpan Pause)
{
    /// <summary>What comes of it: in each round the squares of the round's numbers, and the square of the round by a child.</summary>
    public long Result => Enumerable.Range(0, Rounds).Sum(round => (long)round * round + Enumerable.Range(0, Width).Sum(i => Square.Of(Number(round, i))));

    public int Number(int round, int i) => First + round * Width + i;
}
