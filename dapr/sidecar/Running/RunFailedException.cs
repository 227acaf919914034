namespace StocksDapr.Sidecar.Running;

/// <summary>The run cannot go on. The message is for the person at the keyboard: what is wrong and what to do.</summary>
internal class RunFailedException(string message, Exception? inner = null) : Exception(message, inner);
