using Microsoft.Extensions.Options;
using Npgsql;
using StocksDapr.Writer.Options;
using StocksDapr.Writer.Storage;

namespace StocksDapr.Writer.Runs;

/// <summary>Prunes runs at start and once a day (<see cref="RunPruning"/>), in every replica: one at a time gets to do it.</summary>
internal sealed class RunRetention(
    RunPruning pruning, DatabaseState state, IOptions<WriterOptions> options, TimeProvider time, ILogger<RunRetention> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromDays(1);

    private static readonly TimeSpan AfterFailure = TimeSpan.FromMinutes(10);

    /// <summary>Between two transactions, so that bars never wait for many of them.</summary>
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(50);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.RunRetentionDays == 0)
            return;

        await state.SchemaReady.WaitAsync(stoppingToken);
        while (true)
            await Task.Delay(await TryPruneAsync(stoppingToken) ? Every : AfterFailure, time, stoppingToken);
    }

    private async Task<bool> TryPruneAsync(CancellationToken cancellationToken)
    {
        var (days, pruned) = (options.Value.RunRetentionDays, 0);
        try
        {
            var endedBefore = time.GetUtcNow().AddDays(-days);
            while (await pruning.PruneAsync(endedBefore, cancellationToken) is > 0 and var some)
            {
                pruned += some;
                await Task.Delay(Breath, time, cancellationToken);
            }

            if (pruned > 0)
                logger.RunsPruned(pruned, days);
            return true;
        }
        catch (NpgsqlException exception)
        {
            // Whoever writes bars tells whether the database is in trouble; this can wait.
            logger.RunsNotPruned(exception, AfterFailure);
            return false;
        }
    }
}
