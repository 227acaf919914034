namespace StocksDapr.Sidecar.Go;

/// <summary>The text that daprd takes for true in component metadata.</summary>
internal static class GoBool
{
    /// <summary>True for y, yes, true, t, on and 1, in any case; everything else is false.</summary>
    public static bool IsTruthy(string? text) => text?.Trim().ToUpperInvariant() is "Y" or "YES" or "TRUE" or "T" or "ON" or "1";
}
