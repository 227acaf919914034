using Dapr;
using Microsoft.Extensions.Options;
using StocksDapr.Collector.Collection;
using StocksDapr.Collector.Schedules;
using StocksDapr.Market;
using StocksDapr.ServiceDefaults.Http;

namespace StocksDapr.Collector.Tracking;

/// <summary>Answers and changes what is tracked. What is newly tracked is collected at once.</summary>
internal sealed class TrackingControl(
    TrackingStore store, ITrackedSymbols tracked, IEnumerable<DueBars> schedules, ScheduleWorker worker, IOptions<TrackingOptions> options, TimeProvider time, ILogger<TrackingControl> logger)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    /// <summary>How long to wait for the state store.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly DueBars? _market = schedules.FirstOrDefault(schedule => schedule.Plan.Roster.IsLive);

    public Task<IResult> ListAsync(int limit, string? after, CancellationToken cancellationToken) => ReachAsync(
        async cancellation =>
        {
            var all = await tracked.GetAsync(cancellation);
            var rest = all.Where(symbol => string.CompareOrdinal(symbol.Symbol, after) > 0).ToList();
            var collectable = await CollectableAsync(cancellation);
            return TypedResults.Ok(new TrackingPage(
                [.. rest.Take(limit).Select(symbol => Item(symbol, collectable))], all.Count, rest.Count > limit ? TrackingCursor.Write(rest[limit - 1].Symbol) : null));
        },
        cancellationToken);

    public Task<IResult> FindAsync(string symbol, CancellationToken cancellationToken) => ReachAsync(
        async cancellation => (await tracked.GetAsync(cancellation)).FirstOrDefault(known => known.Symbol == symbol) is { } found
            ? TypedResults.Ok(Item(found, await CollectableAsync(cancellation)))
            : NotTracked(symbol),
        cancellationToken);

    /// <summary>Tracks a symbol, or changes how; what is so already stays so, whoever asked for it.</summary>
    public Task<IResult> TrackAsync(string symbol, string account, IReadOnlyList<Interval>? intervals, bool chains, CancellationToken cancellationToken) => ReachAsync(
        async cancellation =>
        {
            // The default list comes first, so that a symbol of it that somebody stops tracking does not come back.
            await tracked.GetAsync(cancellation);
            var wanted = new TrackedSymbol(symbol, account, intervals ?? options.Value.ReadIntervals()!, chains, time.GetUtcNow());
            IReadOnlyList<Interval> before = [];
            var isFull = false;
            var (_, after) = await store.ChangeAsync(
                list =>
                {
                    isFull = list.Find(symbol) is null && list.Symbols.Count >= options.Value.MaxSymbols;
                    before = list.Find(symbol)?.Intervals ?? [];
                    return isFull ? list : list.With(wanted);
                },
                cancellation);
            if (isFull)
                return ApiProblem.Conflict("too_many_tracked", $"{options.Value.MaxSymbols} symbols are tracked, which is the most; stop tracking one of them first.");

            var now = after.Find(symbol)!;
            if (now.Intervals.Except(before).ToList() is { Count: > 0 } added)
            {
                logger.Tracked(symbol, account, now.Options);
                worker.Collect(new FreshSymbol(symbol, added, wanted.Since));
            }

            return TypedResults.Ok(Item(now, await CollectableAsync(cancellation)));
        },
        cancellationToken);

    /// <summary>Stops collecting a symbol. What is stored stays.</summary>
    public Task<IResult> UntrackAsync(string symbol, string account, CancellationToken cancellationToken) => ReachAsync(
        async cancellation =>
        {
            await tracked.GetAsync(cancellation);
            var wasThere = false;
            await store.ChangeAsync(
                list =>
                {
                    // An attempt whose answer was lost may have been carried out.
                    wasThere |= list.Find(symbol) is not null;
                    return list.Without(symbol);
                },
                cancellation);
            if (!wasThere)
                return NotTracked(symbol);
            logger.Untracked(symbol, account);
            return TypedResults.NoContent();
        },
        cancellationToken);

    private static IResult NotTracked(string symbol) => ApiProblem.NotFound(
        "not_tracked", $"'{symbol}' is not tracked; PUT /api/v1/symbols/{symbol}/tracking tracks it, GET /api/v1/tracking lists what is.");

    private static TrackingItem Item(TrackedSymbol symbol, IReadOnlySet<Interval> collectable) => new(
        symbol.Symbol, symbol.TrackedBy, [.. symbol.Intervals.Select(interval => interval.Code)], symbol.Options, symbol.Since,
        symbol.Unknown is not null ? "unknown" : symbol.Intervals.Any(collectable.Contains) ? "collected" : "waiting", symbol.Unknown);

    /// <summary>The intervals of which somebody can be asked for bars.</summary>
    private async Task<IReadOnlySet<Interval>> CollectableAsync(CancellationToken cancellationToken)
    {
        var collectable = new HashSet<Interval>();
        foreach (var interval in _market is null ? [] : Markets.Intervals)
        {
            if ((await _market!.Sources.GetAsync(interval, cancellationToken)).Count > 0)
                collectable.Add(interval);
        }

        return collectable;
    }

    private async Task<IResult> ReachAsync(Func<CancellationToken, Task<IResult>> act, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return await act(linked.Token);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && (e is DaprException or HttpRequestException or OperationCanceledException))
        {
            logger.TrackingNotReached(e.Message);
            return ApiProblem.Unavailable(
                "state_unavailable", "The state store, where it is kept what is tracked, does not answer now. Whether a change was kept is not known; it may be sent again.", Soon);
        }
    }
}
