using Microsoft.Extensions.Options;
using StocksDapr.Writer.Options;
using StocksDapr.Writer.Storage;

namespace StocksDapr.Writer.Bars;

/// <summary>
/// The writing loops: take what has arrived, store it in one transaction, announce it. When the host stops, the running
/// transactions are finished and announced, and what still waits goes back to be delivered again.
/// </summary>
internal sealed class BarWriting(
    BarQueue queue,
    BarStore store,
    Announcer announcer,
    Catalog catalog,
    Partitions partitions,
    Isolation isolation,
    DatabaseState state,
    Metrics metrics,
    TimeProvider time,
    IHostApplicationLifetime lifetime,
    IOptions<WriterOptions> options,
    ILogger<BarWriting> logger) : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);

    // How long a running transaction may go on after the host began to stop.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(20);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var deadline = new CancellationTokenSource();
        await using var stopping = lifetime.ApplicationStopping.Register(() =>
        {
            deadline.CancelAfter(Grace);
            var rest = queue.Close();
            logger.GivingBack(rest.Count);
            foreach (var message in rest)
                message.GiveBack();
        });
        await Task.WhenAll(Enumerable.Range(0, options.Value.Writers).Select(_ => WriteAsync(deadline.Token)));
        announcer.Complete();
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAny(state.SchemaReady, queue.Closed);
        var pause = FirstPause;
        while (await queue.TakeAsync() is { } messages)
        {
            try
            {
                await isolation.RunAsync(messages, StoreAsync, RefuseAsync, cancellationToken);
                pause = FirstPause;
                if (state.ReportSuccess())
                    logger.BarsStoredAgain();
            }
            catch (Exception exception)
            {
                // Whatever it is, it is not about the data: everything that is not stored comes again.
                var left = messages.FindAll(message => !message.IsStored);
                left.ForEach(message => message.GiveBack());
                state.ReportTrouble(exception);
                metrics.DatabaseFailed();
                logger.BarsNotStored(exception, left.Count, pause);
                catalog.Forget();
                partitions.Forget();
                await PauseAsync(pause);
                pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, options.Value.MaxPause.Ticks));
            }
        }
    }

    private async Task StoreAsync(IReadOnlyList<PendingBars> messages, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var written = await store.WriteAsync([.. messages.Select(message => message.Bars)], cancellationToken);
        var duration = time.GetElapsedTime(began);
        foreach (var message in messages)
            message.IsStored = true;
        metrics.Committed(written, messages, duration);
        logger.BarsStored(
            messages.Count, written.Sum(w => w.Inserted), written.Sum(w => w.Revised), written.Sum(w => w.Unchanged), written.Sum(w => w.Quarantined),
            duration.TotalMilliseconds);
        for (var i = 0; i < messages.Count; i++)
            await announcer.AnnounceAsync(messages[i], written[i], CancellationToken.None);
    }

    private Task RefuseAsync(PendingBars message, Exception exception)
    {
        metrics.DataRefused();
        logger.BarsRefused(exception, message.Bars.Symbol);
        message.Refuse(exception.Message);
        return Task.CompletedTask;
    }

    private async Task PauseAsync(TimeSpan pause)
    {
        try
        {
            await Task.Delay(pause, time, lifetime.ApplicationStopping);
        }
        catch (OperationCanceledException)
        {
            // Stopping: the loop ends at the closed queue.
        }
    }
}
