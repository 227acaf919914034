using System.Globalization;
using StocksDapr.Sidecar.Go;

namespace StocksDapr.Sidecar.PubSub;

/// <summary>How long a message may live: publish metadata <c>ttl</c> or else <c>ttlInSeconds</c>, a Go duration or whole seconds.</summary>
internal static class TimeToLive
{
    /// <summary>When a message published now expires; null = never. What is neither a duration nor a number above 0 is ignored, as in daprd; a duration of 0 or less is over at once.</summary>
    public static DateTimeOffset? ExpirationOf(IReadOnlyDictionary<string, string> metadata, TimeProvider time)
    {
        if (metadata.Count == 0 || Text(metadata) is not { Length: > 0 } text) return null;
        if (GoDuration.TryParse(text, out var life)) return time.GetUtcNow() + (life < TimeSpan.Zero ? TimeSpan.Zero : life);
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds) || seconds <= 0) return null;

        // Go counts in nanoseconds: what overflows to a negative number is as long as can be.
        var nanoseconds = unchecked(seconds * 1_000_000_000);
        return time.GetUtcNow() + TimeSpan.FromTicks((nanoseconds < 0 ? long.MaxValue : nanoseconds) / 100);
    }

    /// <summary>RFC 3339 in UTC, whole seconds.</summary>
    public static string Format(DateTimeOffset expiration) =>
        expiration.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string? Text(IReadOnlyDictionary<string, string> metadata)
    {
        string? found = null;
        foreach (var (key, value) in metadata)
        {
            if (key.Equals("ttl", StringComparison.OrdinalIgnoreCase)) return value;
            if (key.Equals("ttlInSeconds", StringComparison.OrdinalIgnoreCase)) found = value;
        }

        return found;
    }
}
