using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using StocksDapr.Contracts;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Imports;

/// <summary>
/// Runs imports from the moment their files are safe on disk until their receipts say that they are done, across restarts. Files are
/// read in the order in which they came; small ones do not wait behind large ones.
/// </summary>
/// <remarks>
/// Nothing here is remembered that a restart would miss: the files on disk say which imports there are, Query says what is stored of each. An import that
/// stands still is read again, and the batches that are missing are published again.
/// </remarks>
internal sealed class ImportWorker(
    ImportSpool spool,
    ImportRun run,
    IImportFeed feed,
    IImportReceipts receipts,
    IOptions<ImportOptions> options,
    TimeProvider time,
    ImportMetrics metrics,
    ILogger<ImportWorker> logger) : BackgroundService
{
    private const int MaxAttempts = 5;

    private static readonly TimeSpan WatchPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan AskPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(2);

    private readonly Channel<Work> _small = Channel.CreateUnbounded<Work>();
    private readonly Channel<Work> _large = Channel.CreateUnbounded<Work>();
    private readonly ConcurrentDictionary<string, ImportWatch> _watched = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _known = new(StringComparer.Ordinal);

    /// <summary>Imports that are not done yet.</summary>
    public int Unfinished => _known.Count;

    /// <summary>Takes on an import whose file is in the spool; one that is under way already is left alone.</summary>
    public void Add(ImportManifest manifest) => Add(new Work(manifest, Resumed: false, Attempt: 1));

    /// <summary>Finds what an earlier life left, before the first request can add to it.</summary>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var manifest in spool.Open())
        {
            logger.ImportResumed(manifest.Id);
            Add(new Work(manifest, Resumed: true, Attempt: 1));
        }

        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var places = Math.Max(1, options.Value.ConcurrentFiles);
        await Task.WhenAll(
            [
                .. Enumerable.Range(0, places).Select(_ => ReadFilesAsync(_small, stoppingToken)),
                .. Enumerable.Range(0, places).Select(_ => ReadFilesAsync(_large, stoppingToken)),
                WatchAsync(stoppingToken),
            ]);
    }

    private void Add(Work work)
    {
        if (!_known.TryAdd(work.Manifest.Id, true))
            return;

        metrics.Unfinished(_known.Count);
        Enqueue(work);
    }

    private void Enqueue(Work work) => (work.Manifest.Bytes <= options.Value.SmallFileBytes ? _small : _large).Writer.TryWrite(work);

    private async Task ReadFilesAsync(Channel<Work> queue, CancellationToken cancellationToken)
    {
        await foreach (var work in queue.Reader.ReadAllAsync(cancellationToken))
        {
            try
            {
                await PublishAsync(work, cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                // One import that goes wrong must not stop the others. It is tried again; if that does not help, its receipt says so.
                logger.ImportBroke(e, work.Manifest.Id, work.Attempt);
                _watched[work.Manifest.Id] = new ImportWatch(work.Manifest, time.GetTimestamp(), work.Attempt) { Broke = true };
            }
        }
    }

    private async Task PublishAsync(Work work, CancellationToken cancellationToken)
    {
        var manifest = work.Manifest;
        var stored = StoredBatches.None;
        if (work.Resumed)
        {
            var receipt = await AskAsync(manifest.Id, receipts.FindAsync, cancellationToken);
            if (receipt is { IsFinal: true })
            {
                Finish(manifest, receipt.State);
                return;
            }

            stored = await AskAsync(manifest.Id, receipts.FindStoredBatchesAsync, cancellationToken) ?? StoredBatches.None;
            stored = stored with { Done = receipt?.BatchesDone ?? 0 };
        }

        await feed.PublishAsync<ImportEvent>(Topics.Imports, manifest.Id, AcceptedEvent(manifest), cancellationToken);
        var end = work.Attempt <= MaxAttempts
            ? await run.PublishAsync(manifest, stored, cancellationToken)
            : new ImportFailed(manifest.Id, "internal-error", "Reading the file failed again and again; this service's log says why.");
        await feed.PublishAsync(Topics.Imports, manifest.Id, end, cancellationToken);
        if (end is ImportFailed failed)
            logger.ImportFailed(manifest.Id, failed.Code, failed.Reason);

        _watched[manifest.Id] = new ImportWatch(manifest, time.GetTimestamp(), work.Attempt);
    }

    /// <summary>Asks for the receipts of the imports that are published and not stored yet.</summary>
    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(WatchPause, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            foreach (var watch in _watched.Values)
            {
                try
                {
                    if (watch.NextAsk <= time.GetTimestamp())
                        await WatchAsync(watch, cancellationToken);
                }
                catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
                {
                    // The other imports are still to be watched, and this one again after a pause.
                    logger.WatchBroke(e, watch.Manifest.Id);
                    watch.Wait(time);
                }
            }
        }
    }

    private async Task WatchAsync(ImportWatch watch, CancellationToken cancellationToken)
    {
        var id = watch.Manifest.Id;
        if (watch.Broke)
        {
            if (time.GetElapsedTime(watch.Since) >= RetryPause)
                Again(watch, watch.Attempt + 1);
            return;
        }

        StoredReceipt? receipt;
        try
        {
            receipt = await receipts.FindAsync(id, cancellationToken);
        }
        catch (HttpRequestException e)
        {
            // Whether it stands still cannot be known now.
            logger.ReceiptNotAsked(id, e.Message);
            watch.Progress(watch.Done, time);
            return;
        }

        if (receipt is { IsFinal: true })
        {
            _watched.TryRemove(id, out _);
            Finish(watch.Manifest, receipt.State);
        }
        else if ((receipt?.BatchesDone ?? 0) is var done && done != watch.Done)
        {
            watch.Progress(done, time);
        }
        else if (time.GetElapsedTime(watch.LastProgress) >= options.Value.StallTimeout)
        {
            logger.ImportStalled(id, done);
            metrics.Stalled();
            Again(watch, watch.Attempt);
        }
        else
        {
            watch.Wait(time);
        }
    }

    private void Again(ImportWatch watch, int attempt)
    {
        if (_watched.TryRemove(watch.Manifest.Id, out _))
            Enqueue(new Work(watch.Manifest, Resumed: true, attempt));
    }

    private void Finish(ImportManifest manifest, string state)
    {
        spool.Delete(manifest.Id);
        _known.TryRemove(manifest.Id, out _);
        metrics.Finished(state, time.GetUtcNow() - manifest.AcceptedAt);
        metrics.Unfinished(_known.Count);
        logger.ImportFinished(manifest.Id, state);
    }

    /// <summary>
    /// Asks Query, which may be starting just as this service is. When it does not answer in good time nothing counts as stored: batches that
    /// come again change nothing.
    /// </summary>
    private async Task<T?> AskAsync<T>(string id, Func<string, CancellationToken, Task<T?>> ask, CancellationToken cancellationToken)
        where T : class
    {
        var since = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await ask(id, cancellationToken);
            }
            catch (HttpRequestException e)
            {
                logger.ReceiptNotAsked(id, e.Message);
                if (time.GetElapsedTime(since) >= options.Value.StallTimeout)
                    return null;
            }

            await Task.Delay(AskPause, time, cancellationToken);
        }
    }

    /// <summary>The event that starts an import's receipt.</summary>
    internal static ImportAccepted AcceptedEvent(ImportManifest manifest) =>
        new(manifest.Id, manifest.Source, manifest.IntervalCode, manifest.FileName, manifest.Bytes, manifest.AcceptedAt);

    private sealed record Work(ImportManifest Manifest, bool Resumed, int Attempt);
}
