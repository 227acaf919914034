using StocksDapr.Sidecar.Running;

namespace StocksDapr.Sidecar.Postgres;

/// <summary>The private cluster cannot be had. The message says why and what to do.</summary>
internal sealed class ClusterException(string message, Exception? inner = null) : RunFailedException(message, inner);
