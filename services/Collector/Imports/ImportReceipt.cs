namespace StocksDapr.Collector.Imports;

/// <summary>
/// The receipt of an import: what became of each of its rows. In the end <c>read = stored + unchanged + quarantined + repeated + rejected</c>.
/// Asked for again at <c>GET /api/v1/imports/{id}</c>.
/// </summary>
/// <param name="State"><c>accepted</c>, <c>reading</c>, <c>running</c>, <c>completed</c> or <c>failed</c>.</param>
/// <param name="Interval">The interval; empty while it is not known.</param>
/// <param name="Read">Rows read so far.</param>
/// <param name="Stored">Bars inserted or revised.</param>
/// <param name="Repeated">Rows that said exactly what another row of the file says.</param>
/// <param name="AcceptedAt">When the file was safe on disk (UTC).</param>
internal sealed record ImportReceipt(
    string Id,
    string State,
    string Source,
    string Interval,
    string? FileName,
    long Read,
    long Stored,
    long Inserted,
    long Revised,
    long Unchanged,
    long Quarantined,
    long Repeated,
    long Rejected,
    ImportReceiptBatches Batches,
    DateTimeOffset AcceptedAt,
    DateTimeOffset? CompletedAt,
    object? Error)
{
    /// <summary>The receipt of an import of which nothing is read yet.</summary>
    public static ImportReceipt Accepted(ImportManifest manifest) =>
        new(
            manifest.Id, "accepted", manifest.Source, manifest.IntervalCode, manifest.FileName, 0, 0, 0, 0, 0, 0, 0, 0,
            new ImportReceiptBatches(null, 0), manifest.AcceptedAt, null, null);
}

/// <param name="Total">Messages that the import consists of; null while it is being read.</param>
/// <param name="Done">How many of them are stored.</param>
internal sealed record ImportReceiptBatches(int? Total, int Done);
