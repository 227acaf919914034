namespace StocksDapr.Query.Bars.Caching;

/// <summary>A block in the cache. <see cref="Used"/> is its second chance when room is wanted.</summary>
internal sealed class CachedBlock(SeriesEntry entry, int period, Block block)
{
    private volatile bool _used = true;

    public SeriesEntry Entry { get; } = entry;

    public int Period { get; } = period;

    public Block Block { get; } = block;

    public bool Used
    {
        get => _used;
        set => _used = value;
    }

    /// <summary>Its place in the queue of <see cref="BlockRoom"/>, whose lock guards it.</summary>
    public LinkedListNode<CachedBlock>? Place { get; set; }
}
