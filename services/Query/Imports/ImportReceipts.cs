using StocksDapr.Query.Freshness;
using StocksDapr.Query.Storage;

namespace StocksDapr.Query.Imports;

/// <summary>Reads receipts.</summary>
internal sealed class ImportReceipts(MarketDatabase database, Fence fence, TimeProvider time)
{
    /// <summary>
    /// Between the answer to an upload and the first row about it lie two messages. Whoever asks at once waits so long rather than being
    /// told that his import does not exist.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>The receipt; what it says is stored, <c>/bars</c> of this replica answers from now on. Null if there is no such import.</summary>
    public async Task<ImportReceipt?> FindAsync(string id, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        ImportReceipt? receipt;
        while ((receipt = await ReadAsync(id, cancellationToken)) is null)
        {
            if (time.GetElapsedTime(began) >= Patience)
                return null;
            await Task.Delay(Pause, time, cancellationToken);
        }

        await fence.PassAsync(cancellationToken);
        return receipt;
    }

    /// <summary>Newest first.</summary>
    public Task<List<(ImportReceipt Receipt, DateTimeOffset RecordedAt)>> ListAsync(
        DateTimeOffset? beforeTime, string? beforeId, int limit, CancellationToken cancellationToken) =>
        database.ListAsync(
            ImportsSql.List,
            [Parameter.Instant(beforeTime), Parameter.Text(beforeId), Parameter.Integer(limit)],
            row => (ImportReceipt.From(row), row.Instant("recorded_at")),
            cancellationToken);

    private Task<ImportReceipt?> ReadAsync(string id, CancellationToken cancellationToken) =>
        database.FirstAsync(ImportsSql.One, [Parameter.Text(id)], ImportReceipt.From, cancellationToken);
}
