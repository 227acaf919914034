namespace StocksDapr.Query.Bars.Caching;

/// <summary>One read of consecutive periods that several requests wait for.</summary>
/// <param name="generation">The generation of the stripe when it began: who comes in a later one starts a read of his own.</param>
internal sealed class BlockLoad(long generation, int firstPeriod, int lastPeriod)
{
    private readonly TaskCompletionSource<Block[]> _blocks = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public long Generation { get; } = generation;

    public int FirstPeriod { get; } = firstPeriod;

    public int LastPeriod { get; } = lastPeriod;

    public async Task<Block> BlockAsync(int period, CancellationToken cancellationToken) =>
        (await _blocks.Task.WaitAsync(cancellationToken))[period - FirstPeriod];

    public void Complete(Block[] blocks) => _blocks.SetResult(blocks);

    public void Fail(Exception reason)
    {
        _blocks.SetException(reason);
        // Everyone who waited may have gone away: the failure counts as seen all the same.
        _ = _blocks.Task.Exception;
    }
}
