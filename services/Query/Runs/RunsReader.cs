using StocksDapr.Query.Freshness;
using StocksDapr.Query.Storage;

namespace StocksDapr.Query.Runs;

/// <summary>Which runs are wanted; null for all.</summary>
/// <param name="From">Earliest start, seconds since 1970.</param>
/// <param name="To">Latest start, seconds since 1970.</param>
internal sealed record RunFilter(string? Kind, string? State, long? From, long? To);

/// <summary>What became of the bars of one message of a run.</summary>
internal sealed record RunReceipt(int Number, int Received, int Inserted, int Revised, int Unchanged, int Quarantined, int Repeated);

/// <summary>Reads runs.</summary>
internal sealed class RunsReader(MarketDatabase database, Fence fence, TimeProvider time)
{
    /// <summary>
    /// Between the answer to a request for a backfill and the first row about it lie two messages. Whoever asks at once waits so long rather than being
    /// told that it does not exist.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>The run; what it says is stored, <c>/bars</c> of this replica answers from now on. Null if there is no such run.</summary>
    public async Task<StoredRun?> FindAsync(string id, string? kind, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        StoredRun? run;
        while ((run = await database.FirstAsync(RunsSql.One, [Parameter.Text(id)], StoredRun.From, cancellationToken)) is null || run.Run.Kind is null)
        {
            if (time.GetElapsedTime(began) >= Patience)
                break;
            await Task.Delay(Pause, time, cancellationToken);
        }

        if (run is null || (kind is not null && run.Run.Kind != kind))
            return null;
        await fence.PassAsync(cancellationToken);
        return run;
    }

    /// <summary>Newest first.</summary>
    public Task<List<StoredRun>> ListAsync(
        RunFilter filter, DateTimeOffset? beforeTime, string? beforeId, int limit, CancellationToken cancellationToken) =>
        database.ListAsync(
            RunsSql.List,
            [
                Parameter.Text(filter.Kind), Parameter.Text(filter.State), Parameter.Real(filter.From), Parameter.Real(filter.To),
                Parameter.Instant(beforeTime), Parameter.Text(beforeId), Parameter.Integer(limit),
            ],
            StoredRun.From,
            cancellationToken);

    /// <summary>In their order, with their numbers.</summary>
    public Task<List<(Step Step, int Number)>> StepsAsync(
        StoredRun run, int? afterNumber, string? afterStep, int limit, CancellationToken cancellationToken) =>
        database.ListAsync(
            RunsSql.Steps,
            [Parameter.Text(run.Run.Id), Parameter.Integer(afterNumber), Parameter.Text(afterStep), Parameter.Integer(limit)],
            row => Step.From(row, run.Run.EndedAt is not null),
            cancellationToken);

    /// <summary>By symbol; those that no ended part is about are not in it.</summary>
    public Task<List<SymbolParts>> SymbolsAsync(string id, CancellationToken cancellationToken) =>
        database.ListAsync(RunsSql.Symbols, [Parameter.Text(id)], SymbolParts.From, cancellationToken);

    /// <summary>What is stored of the run's messages in a range of numbers; what it says, <c>/bars</c> of this replica answers from now on.</summary>
    public async Task<List<RunReceipt>> ReceiptsAsync(string id, int from, int to, CancellationToken cancellationToken)
    {
        var receipts = await database.ListAsync(
            RunsSql.Receipts,
            [Parameter.Text(id), Parameter.Integer(from), Parameter.Integer(to)],
            row => new RunReceipt(row.GetInt32(0), row.GetInt32(1), row.GetInt32(2), row.GetInt32(3), row.GetInt32(4), row.GetInt32(5), row.GetInt32(6)),
            cancellationToken);
        if (receipts.Count > 0)
            await fence.PassAsync(cancellationToken);
        return receipts;
    }
}
