using StocksDapr.Collector.Collection;

namespace StocksDapr.Collector.Parts;

/// <summary>What Query knows of the messages of runs.</summary>
internal interface IRunReceipts
{
    /// <summary>The receipts of those messages in a range of numbers, both ends included, that are stored.</summary>
    /// <exception cref="StoredBarsUnknownException">Query cannot be asked.</exception>
    Task<IReadOnlyList<MessageReceipt>> GetAsync(string runId, int from, int to, CancellationToken cancellationToken);
}
