using StocksDapr.Sidecar.Running;

namespace StocksDapr.Sidecar.RabbitMq;

/// <summary>The private broker cannot be had. The message says why and what to do.</summary>
internal sealed class BrokerException(string message, Exception? inner = null) : RunFailedException(message, inner);
