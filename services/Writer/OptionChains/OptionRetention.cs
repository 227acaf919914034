using Microsoft.Extensions.Options;
using Npgsql;
using StocksDapr.Writer.Options;
using StocksDapr.Writer.Storage;

namespace StocksDapr.Writer.OptionChains;

/// <summary>Prunes option quotes at start and once a day (<see cref="OptionPruning"/>), in every replica: one at a time gets to do it.</summary>
internal sealed class OptionRetention(
    OptionPruning pruning, ContractCatalog contracts, DatabaseState state, IOptions<WriterOptions> options, TimeProvider time, ILogger<OptionRetention> logger)
    : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromDays(1);

    private static readonly TimeSpan AfterFailure = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.OptionRetentionDays == 0)
            return;

        await state.SchemaReady.WaitAsync(stoppingToken);
        while (true)
            await Task.Delay(await TryPruneAsync(stoppingToken) ? Every : AfterFailure, time, stoppingToken);
    }

    private async Task<bool> TryPruneAsync(CancellationToken cancellationToken)
    {
        var before = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime).AddDays(-options.Value.OptionRetentionDays);
        try
        {
            var months = 0;
            while (await pruning.PruneAsync(before, cancellationToken))
                months++;
            if (months > 0)
                logger.OptionsPruned(months, before);
            return true;
        }
        catch (NpgsqlException exception)
        {
            // Whoever writes tells whether the database is in trouble; this can wait.
            logger.OptionsNotPruned(exception, AfterFailure);
            return false;
        }
        finally
        {
            // Contracts without quotes are gone, in other replicas' pruning too.
            contracts.Forget();
        }
    }
}
