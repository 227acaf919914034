namespace StocksDapr.Sidecar.Api;

/// <summary>A request body is larger than the limit. Each endpoint reports it in its own error.</summary>
internal sealed class BodyTooLargeException() : IOException("stream too large");
