namespace StocksDapr.Collector.Imports;

/// <summary>What Query knows of imports.</summary>
internal interface IImportReceipts
{
    /// <summary>The receipt; null when there is none (yet).</summary>
    /// <exception cref="HttpRequestException">Query could not be asked.</exception>
    Task<StoredReceipt?> FindAsync(string id, CancellationToken cancellationToken);

    /// <summary>Which batches are stored; null when the import is not known (yet).</summary>
    /// <exception cref="HttpRequestException">Query could not be asked.</exception>
    Task<StoredBatches?> FindStoredBatchesAsync(string id, CancellationToken cancellationToken);
}
