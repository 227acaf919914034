using Microsoft.Extensions.Options;
using StocksDapr.Contracts;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Imports;

/// <summary>Takes imports in, and answers for them until their receipts can be asked for.</summary>
internal sealed class ImportIntake(
    ImportSpool spool,
    ImportWorker worker,
    IImportFeed feed,
    IImportReceipts receipts,
    IOptions<ImportOptions> options,
    TimeProvider time,
    ImportMetrics metrics,
    ILogger<ImportIntake> logger)
{
    private static readonly TimeSpan AskPause = TimeSpan.FromMilliseconds(50);

    /// <summary>Takes a file in; when this returns it will be imported, whatever happens.</summary>
    /// <exception cref="SpoolFullException">There is no room for it.</exception>
    public async Task<ImportManifest> TakeAsync(Stream body, ImportParameters parameters, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var manifest = await spool.TakeAsync(body, parameters, idempotencyKey, cancellationToken);
        worker.Add(manifest);
        metrics.Accepted(manifest.Bytes);
        logger.ImportAccepted(manifest.Id, manifest.Bytes, manifest.Source);
        return manifest;
    }

    /// <summary>
    /// Waits until the receipt satisfies; null when it does not in time, or cannot be asked for. The import goes on in any case.
    /// </summary>
    public async Task<StoredReceipt?> WaitAsync(string id, Func<StoredReceipt, bool> satisfies, TimeSpan patience, CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        StoredReceipt? receipt = null;
        while (true)
        {
            try
            {
                receipt = await receipts.FindAsync(id, cancellationToken) ?? receipt;
            }
            catch (HttpRequestException e)
            {
                logger.ReceiptNotAsked(id, e.Message);
            }

            if ((receipt is not null && satisfies(receipt)) || time.GetElapsedTime(since) >= patience)
                return receipt;
            await Task.Delay(AskPause, time, cancellationToken);
        }
    }

    /// <summary>
    /// Starts the receipt without waiting for the import's turn, and waits a little until it is there, so that whoever follows the answer's
    /// Location finds it.
    /// </summary>
    public async Task<StoredReceipt?> AnnounceAsync(ImportManifest manifest, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(options.Value.ReceiptWait);
        try
        {
            await feed.PublishAsync<ImportEvent>(Topics.Imports, manifest.Id, ImportWorker.AcceptedEvent(manifest), patience.Token);
            return await WaitAsync(manifest.Id, _ => true, options.Value.ReceiptWait, patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The worker announces it again when its turn comes.
            return null;
        }
    }
}
