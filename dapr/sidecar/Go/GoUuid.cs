namespace StocksDapr.Sidecar.Go;

/// <summary>UUIDs as Go's uuid package reads them: plain, without dashes, as URN, and between any two characters (braces, quotes).</summary>
internal static class GoUuid
{
    /// <summary>Reads a UUID; otherwise <paramref name="error"/> is what Go says.</summary>
    public static bool TryParse(string text, out Guid value, out string error)
    {
        value = default;
        error = "invalid UUID format";
        switch (text.Length)
        {
            case 36:
                return Guid.TryParseExact(text, "D", out value);
            case 45:
                if (text.StartsWith("urn:uuid:", StringComparison.OrdinalIgnoreCase)) return Guid.TryParseExact(text.AsSpan(9), "D", out value);
                error = $"invalid urn prefix: \"{text[..9]}\"";
                return false;
            case 38:
                return Guid.TryParseExact(text.AsSpan(1, 36), "D", out value);
            case 32:
                return Guid.TryParseExact(text, "N", out value);
            default:
                error = $"invalid UUID length: {System.Text.Encoding.UTF8.GetByteCount(text)}";
                return false;
        }
    }
}
