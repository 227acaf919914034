using System.Diagnostics;
using StocksDapr.Collector.Csv;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Imports;

/// <summary>Reads the file of an import once and publishes what is in it.</summary>
internal sealed class ImportRun(ImportSpool spool, IImportFeed feed, ILogger<ImportRun> logger)
{
    /// <summary>
    /// Publishes the messages of the import, apart from batches that are stored already, and returns how it ended:
    /// <see cref="ImportRead"/>, or <see cref="ImportFailed"/> when the file cannot be read to its end. That is not published yet.
    /// </summary>
    /// <exception cref="OperationCanceledException">Cancelled; it can be run again at any time.</exception>
    public async Task<ImportEvent> PublishAsync(ImportManifest manifest, StoredBatches stored, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        await using var lanes = new ImportLanes(feed, cancellationToken);
        var progress = new Progress();
        ImportEvent end;
        try
        {
            await ReadAsync(manifest, stored, lanes, progress, cancellationToken);
            end = new ImportRead(manifest.Id, progress.Batches, progress.Rows, progress.Rejections);
        }
        catch (UnreadableFileException e)
        {
            end = new ImportFailed(manifest.Id, e.Code, e.Message);
        }
        catch (InvalidDataException e)
        {
            end = new ImportFailed(
                manifest.Id, "broken-gzip", FormattableString.Invariant($"The gzip file is broken or cut off ({e.Message.TrimEnd('.')}). The {progress.Rows} rows before that were read."));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            end = new ImportFailed(manifest.Id, "file-lost", "The file has disappeared from this service's disk. Send it again.");
        }

        await lanes.CompleteAsync();
        logger.ImportPublished(manifest.Id, progress.Rows, progress.Batches, progress.Skipped, progress.Rejections, clock.Elapsed.TotalSeconds);
        return end;
    }

    private async Task ReadAsync(ImportManifest manifest, StoredBatches stored, ImportLanes lanes, Progress progress, CancellationToken cancellationToken)
    {
        FileLayout layout;
        await using (var beginning = await CsvText.OpenAsync(spool.OpenFile(manifest.Id), cancellationToken))
            layout = await CsvText.InferLayoutAsync(beginning, manifest.Hints, cancellationToken);

        await using var text = await CsvText.OpenAsync(spool.OpenFile(manifest.Id), cancellationToken);
        using var rows = new BarCsvReader(text, layout);
        var assembler = new BatchAssembler(manifest, layout.Interval);
        try
        {
            while (await rows.ReadAsync(assembler, cancellationToken))
            {
                progress.Count(rows, assembler);
                await PublishFinishedAsync(assembler, stored, lanes, progress, cancellationToken);
            }
        }
        finally
        {
            // Where the file breaks, what stands before the break counts all the same.
            assembler.Finish();
            progress.Count(rows, assembler);
            if (!cancellationToken.IsCancellationRequested)
                await PublishFinishedAsync(assembler, stored, lanes, progress, cancellationToken);
        }
    }

    private static async Task PublishFinishedAsync(
        BatchAssembler assembler, StoredBatches stored, ImportLanes lanes, Progress progress, CancellationToken cancellationToken)
    {
        while (assembler.TryTake(out var message))
        {
            if (message is RawBars { Provenance.Import: { } batch } && stored.IsStored(batch.Number))
                progress.Skipped++;
            else
                await lanes.WriteAsync(message, cancellationToken);
        }
    }

    private sealed class Progress
    {
        public long Rows { get; private set; }

        public long Rejections { get; private set; }

        public int Batches { get; private set; }

        public int Skipped { get; set; }

        public void Count(BarCsvReader rows, BatchAssembler assembler)
        {
            Rows = rows.Rows;
            Rejections = rows.Rejections;
            Batches = assembler.Batches;
        }
    }
}
