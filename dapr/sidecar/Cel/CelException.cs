namespace StocksDapr.Sidecar.Cel;

/// <summary>An expression is not valid, or cannot be evaluated with the values that it met.</summary>
internal sealed class CelException(string message) : Exception(message);
