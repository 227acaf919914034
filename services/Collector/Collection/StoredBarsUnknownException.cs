namespace StocksDapr.Collector.Collection;

/// <summary>Query did not answer, or not as agreed: what is stored is unknown, which is something else than nothing.</summary>
internal sealed class StoredBarsUnknownException(string message, Exception? innerException = null) : Exception(message, innerException);
