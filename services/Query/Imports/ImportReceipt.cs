using Npgsql;
using StocksDapr.Query.Storage;

namespace StocksDapr.Query.Imports;

/// <param name="Total">Null until the file has been read to its end.</param>
internal sealed record ImportBatches(int? Total, long Done);

internal sealed record ImportError(string? Code, string? Reason);

/// <summary>
/// What became of an import. At the end <c>read = stored + unchanged + quarantined + repeated + rejected</c>, and all of it can be read back.
/// </summary>
/// <param name="State">
/// <c>accepted</c>: safe on disk; <c>reading</c>: batches arrive; <c>running</c>: read to the end, batches are still missing; <c>completed</c>;
/// <c>failed</c>: it cannot go on, what was stored stays.
/// </param>
/// <param name="Read">Data rows read so far.</param>
/// <param name="Stored">Inserted and revised together.</param>
internal sealed record ImportReceipt(
    string Id,
    string State,
    string? Source,
    string? Interval,
    string? FileName,
    long Read,
    long Stored,
    long Inserted,
    long Revised,
    long Unchanged,
    long Quarantined,
    long Repeated,
    long Rejected,
    ImportBatches Batches,
    DateTimeOffset? AcceptedAt,
    DateTimeOffset? CompletedAt,
    ImportError? Error)
{
    public static ImportReceipt From(NpgsqlDataReader row)
    {
        var total = row.IntegerOrNull("batches");
        var done = row.Long("done");
        var rejections = row.Long("rejections");
        var rejected = row.IsDBNull(row.GetOrdinal("rejected")) ? rejections : row.Long("rejected");
        var failed = row.InstantOrNull("failed_at") is not null;

        // The rejected lines travel apart from the batches: without them the report would not be whole.
        var completed = !failed && total is { } all && done >= all && rejections >= rejected;
        var (readAt, lastAt) = (row.InstantOrNull("read_at"), row.InstantOrNull("last_at"));
        var (inserted, revised) = (row.Long("inserted"), row.Long("revised"));
        return new ImportReceipt(
            row.Text("id"),
            failed ? "failed" : completed ? "completed" : total is not null ? "running" : done > 0 ? "reading" : "accepted",
            row.TextOrNull("source"),
            row.TextOrNull("interval"),
            row.TextOrNull("file_name"),
            row.IsDBNull(row.GetOrdinal("rows")) ? row.Long("received") + rejected : row.Long("rows"),
            inserted + revised,
            inserted,
            revised,
            row.Long("unchanged"),
            row.Long("quarantined"),
            row.Long("repeated"),
            rejected,
            new ImportBatches(total, done),
            row.InstantOrNull("accepted_at"),
            completed ? (lastAt > readAt ? lastAt : readAt) : null,
            failed ? new ImportError(row.TextOrNull("failed_code"), row.TextOrNull("failed_reason")) : null);
    }
}
