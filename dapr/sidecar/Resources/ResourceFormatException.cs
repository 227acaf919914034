namespace StocksDapr.Sidecar.Resources;

/// <summary>A document does not have the form of its kind. The message names the line and what was expected.</summary>
internal sealed class ResourceFormatException(string message) : Exception(message);
