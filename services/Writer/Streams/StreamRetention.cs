using Microsoft.Extensions.Options;
using Npgsql;
using StocksDapr.Writer.Options;
using StocksDapr.Writer.Storage;

namespace StocksDapr.Writer.Streams;

/// <summary>Prunes the stream once a minute (<see cref="StreamPruning"/>), in every replica: one at a time gets to do it.</summary>
internal sealed class StreamRetention(
    StreamPruning pruning, DatabaseState state, IOptions<WriterOptions> options, TimeProvider time, ILogger<StreamRetention> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await state.SchemaReady.WaitAsync(stoppingToken);
        while (true)
        {
            await PruneAsync(stoppingToken);
            await Task.Delay(Every, time, stoppingToken);
        }
    }

    private async Task PruneAsync(CancellationToken cancellationToken)
    {
        try
        {
            var now = time.GetUtcNow();
            while (await pruning.PruneAsync(now - options.Value.StreamRetention, now, cancellationToken))
            {
            }
        }
        catch (NpgsqlException exception)
        {
            // Whoever writes bars tells whether the database is in trouble; this can wait.
            logger.StreamNotPruned(exception, Every);
        }
    }
}
