using System.Net;
using StocksDapr.Sidecar.Commands.Local;
using StocksDapr.Sidecar.Running;

namespace StocksDapr.Sidecar.Commands.Imports;

/// <summary>What is said of the files besides what is in them; null leaves it to the platform.</summary>
internal sealed record ImportHints(string? Interval, string? Source, string? Symbol)
{
    public string Query()
    {
        var parts = new[] { ("interval", Interval), ("source", Source), ("symbol", Symbol) }
            .Where(part => !string.IsNullOrEmpty(part.Item2))
            .Select(part => $"{part.Item1}={Uri.EscapeDataString(part.Item2!)}");
        var query = string.Join('&', parts);
        return query.Length == 0 ? "" : "?" + query;
    }
}

/// <summary>How an import went.</summary>
/// <param name="File">The file.</param>
/// <param name="Receipt">The last receipt; null when the upload failed.</param>
/// <param name="Failure">Why it failed; null when it did not.</param>
internal sealed record ImportOutcome(string File, ImportReceipt? Receipt, string? Failure);

/// <summary>Where the progress of one file is shown.</summary>
internal interface IImportProgress
{
    void Uploading(long sent, long total);

    void Importing(ImportReceipt receipt);

    void Trouble(string what);
}

/// <summary>Brings one file in: uploads it (again, under the same key, when the connection breaks), then follows its receipt to the end.</summary>
internal sealed class FileImport(GatewayClient gateway, ImportHints hints, TimeProvider time)
{
    private static readonly TimeSpan UploadLimit = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan FirstPoll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPoll = TimeSpan.FromMilliseconds(500);

    /// <summary>An import that does not move for so long is not going to.</summary>
    private static readonly TimeSpan Standstill = TimeSpan.FromMinutes(5);

    public async Task<ImportOutcome> RunAsync(string file, IImportProgress progress, CancellationToken cancellationToken)
    {
        ImportReceipt? receipt = null;
        try
        {
            receipt = await UploadAsync(file, progress, cancellationToken);
            receipt = await FollowAsync(receipt, progress, cancellationToken);
            return new ImportOutcome(file, receipt, receipt.HasFailed ? receipt.Reason : null);
        }
        catch (Exception exception) when (exception is RunFailedException or IOException or UnauthorizedAccessException)
        {
            return new ImportOutcome(file, receipt, exception.Message);
        }
    }

    private async Task<ImportReceipt> UploadAsync(string file, IImportProgress progress, CancellationToken cancellationToken)
    {
        // One key per import, not per attempt: an upload whose answer was lost is recognised.
        var key = Guid.CreateVersion7(time.GetUtcNow()).ToString();
        var total = new FileInfo(file).Length;
        var accepted = await gateway.SendAsync(
            () =>
            {
                var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/imports" + hints.Query()) { Content = new FileUpload(file, sent => progress.Uploading(sent, total)) };
                request.Headers.Add("Idempotency-Key", key);
                // The gateway may refuse before a large file is on its way.
                request.Headers.ExpectContinue = true;
                return request;
            },
            UploadLimit, null, progress.Trouble, cancellationToken);
        var receipt = ImportReceipt.From(accepted);
        return receipt.Id.Length > 0 ? receipt : throw new RunFailedException("The gateway accepted the file, but its answer names no import.");
    }

    private async Task<ImportReceipt> FollowAsync(ImportReceipt receipt, IImportProgress progress, CancellationToken cancellationToken)
    {
        var pause = FirstPoll;
        var moved = time.GetTimestamp();
        while (!receipt.IsOver)
        {
            progress.Importing(receipt);
            await Task.Delay(pause, time, cancellationToken);
            pause = pause * 1.5 < LongestPoll ? pause * 1.5 : LongestPoll;
            // Between the upload's answer and the first word about it in the database lies a message: until then it is unknown there.
            var next = ImportReceipt.From(await gateway.GetAsync(
                $"api/v1/imports/{Uri.EscapeDataString(receipt.Id)}", status => status == HttpStatusCode.NotFound, cancellationToken));
            if (next != receipt)
                moved = time.GetTimestamp();
            else if (time.GetElapsedTime(moved) > Standstill)
                throw new RunFailedException($"the import {receipt.Id} has not moved for {Standstill.TotalMinutes:0} minutes (state {receipt.State}); it goes on by itself when what it waits for is back");
            receipt = next;
        }

        progress.Importing(receipt);
        return receipt;
    }
}
