namespace StocksDapr.Sidecar.Tracing;

/// <summary>The W3C trace context of one request.</summary>
/// <param name="Parent">traceparent for headers; null = tracing is off and there is no header.</param>
/// <param name="State">tracestate; empty = none.</param>
/// <param name="Baggage">baggage; null = none.</param>
internal readonly record struct TraceContext(string? Parent, string State, string? Baggage = null)
{
    /// <summary>What daprd sends when no tracing is configured.</summary>
    public const string Zero = "00-00000000000000000000000000000000-0000000000000000-00";

    /// <summary>Tracing is off.</summary>
    public static TraceContext None => new(null, "");

    /// <summary>The text for envelopes: empty when there is no trace.</summary>
    public string Id => Parent is null or Zero ? "" : Parent;
}
