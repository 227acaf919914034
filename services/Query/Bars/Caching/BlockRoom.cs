namespace StocksDapr.Query.Bars.Caching;

/// <summary>
/// Keeps the blocks within a budget of bytes: least recently used first, by the clock algorithm (a block that was read since its last turn
/// gets another one), so that a read costs no lock.
/// </summary>
internal sealed class BlockRoom(long budget, QueryMetrics metrics)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<CachedBlock> _queue = [];
    private long _bytes;

    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Takes a block in and puts others out until all fit; a block that never fits leaves at once.</summary>
    public void Add(CachedBlock block)
    {
        lock (_gate)
        {
            block.Place = _queue.AddLast(block);
            _bytes += block.Block.Size;
            while (_bytes > budget && _queue.First is { } oldest)
            {
                if (oldest.Value.Used && oldest.Value != block)
                {
                    oldest.Value.Used = false;
                    _queue.RemoveFirst();
                    _queue.AddLast(oldest);
                    continue;
                }

                if (oldest.Value == block && _queue.Count > 1)
                {
                    // Its own turn comes last: it was asked for a moment ago.
                    _queue.RemoveFirst();
                    _queue.AddLast(oldest);
                    continue;
                }

                Take(oldest.Value);
                oldest.Value.Entry.Blocks.TryRemove(new KeyValuePair<int, CachedBlock>(oldest.Value.Period, oldest.Value));
                metrics.Evicted();
            }

            metrics.CachedBytes(_bytes);
        }
    }

    /// <summary>Lets a block go that the cache has dropped.</summary>
    public void Remove(CachedBlock block)
    {
        lock (_gate)
        {
            Take(block);
            metrics.CachedBytes(_bytes);
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            foreach (var block in _queue)
                block.Place = null;
            _queue.Clear();
            _bytes = 0;
            metrics.CachedBytes(0);
        }
    }

    private void Take(CachedBlock block)
    {
        if (block.Place is not { } place)
            return;
        _queue.Remove(place);
        block.Place = null;
        _bytes -= block.Block.Size;
    }
}
