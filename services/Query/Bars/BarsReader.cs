using StocksDapr.Query.Bars.Caching;

namespace StocksDapr.Query.Bars;

/// <summary>Collects the bars of one answer, symbol by symbol in the order asked.</summary>
internal sealed class BarsReader(BarCache cache, IBarStore store)
{
    public async ValueTask<BarsPage> ReadAsync(BarsRequest request, CancellationToken cancellationToken)
    {
        var found = request.AsOf is null
            ? await cache.FindAsync(request.Symbols, request.Interval, cancellationToken)
            : await FindUncachedAsync(request, cancellationToken);

        var runs = new List<BarsRun>(2);
        List<string>? unknown = null;
        BarsPosition? next = null;
        var wanted = request.Limit;
        for (var i = 0; i < found.Length; i++)
        {
            if (found[i] is not { } series)
                (unknown ??= []).Add(request.Symbols[i]);
            else if (i >= request.Position.Symbol && next is null)
                (wanted, next) = await CollectAsync(request, i, series, wanted, runs, cancellationToken);
        }

        return new BarsPage(request, runs, unknown, next);
    }

    private async Task<Series?[]> FindUncachedAsync(BarsRequest request, CancellationToken cancellationToken)
    {
        var known = (await store.FindSeriesAsync(request.Symbols, request.Interval, cancellationToken)).ToDictionary(series => series.Symbol);
        return [.. request.Symbols.Select(symbol => known.GetValueOrDefault(symbol))];
    }

    /// <summary>
    /// Takes bars of one series until the range ends or no more are wanted; in the latter case goes on to the first bar that is left over,
    /// so that a cursor is only given where something follows.
    /// </summary>
    /// <returns>How many bars are still wanted, and the first bar left over.</returns>
    private async ValueTask<(int Wanted, BarsPosition? Next)> CollectAsync(
        BarsRequest request, int symbol, Series series, int wanted, List<BarsRun> runs, CancellationToken cancellationToken)
    {
        var from = Math.Max(request.From, series.First);
        if (symbol == request.Position.Symbol)
            from = Math.Max(from, request.Position.Start);
        var to = Math.Min(request.To, series.Last);
        var any = false;
        BarsPosition? next = null;
        if (from <= to && request.AsOf is { } asOf)
        {
            var block = await store.LoadAsOfAsync(series, from, to, wanted + 1, asOf, cancellationToken);
            any = Take(block, 0, block.Count);
        }
        else if (from <= to)
        {
            // Far from the wanted number after some periods, more of them are read at a time: a long range costs few round trips.
            var (period, last, ahead) = (BlockPeriods.At(series.Interval, from), BlockPeriods.At(series.Interval, to), 1);
            for (; period <= last && next is null; period++)
            {
                var block = await cache.GetAsync(series, period, last, ahead, cancellationToken);
                var index = block.IndexAtOrAfter(from);
                any |= Take(block, index, block.IndexAtOrAfter(to + 1) - index);
                ahead *= 2;
            }
        }

        // A symbol that was gone through is named even where it has no bar in the range; one that was not begun is left to the next page.
        if (!any && next is null)
            runs.Add(new BarsRun(symbol, Block.Empty, 0, 0));
        return (wanted, next);

        bool Take(Block block, int index, int available)
        {
            var count = Math.Min(available, wanted);
            if (count < available)
                next = new BarsPosition(symbol, block.Starts[index + count]);
            if (count == 0)
                return false;

            runs.Add(new BarsRun(symbol, block, index, count));
            wanted -= count;
            return true;
        }
    }
}
