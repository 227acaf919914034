namespace StocksDapr.Sidecar.Go;

/// <summary>The texts that daprd takes for true and false: loosely in component metadata, strictly elsewhere.</summary>
internal static class GoBool
{
    /// <summary>True for y, yes, true, t, on and 1, in any case; everything else is false.</summary>
    public static bool IsTruthy(string? text) => text?.Trim().ToUpperInvariant() is "Y" or "YES" or "TRUE" or "T" or "ON" or "1";

    /// <summary>Go's <c>strconv.ParseBool</c>. False when the text is no literal of a bool.</summary>
    public static bool TryParse(string text, out bool value)
    {
        value = text is "1" or "t" or "T" or "TRUE" or "true" or "True";
        return value || text is "0" or "f" or "F" or "FALSE" or "false" or "False";
    }
}
