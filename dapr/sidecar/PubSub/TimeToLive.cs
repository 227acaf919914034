using System.Globalization;
using StocksDapr.Sidecar.Go;

namespace StocksDapr.Sidecar.PubSub;

/// <summary>How long a message may live: publish metadata <c>ttlInSeconds</c> or <c>ttl</c>, whole seconds or a Go duration.</summary>
internal static class TimeToLive
{
    /// <summary>When a message published now expires; null = never. What is neither a number nor a duration is ignored, as in daprd.</summary>
    public static DateTimeOffset? ExpirationOf(IReadOnlyDictionary<string, string> metadata, TimeProvider time)
    {
        if (metadata.Count == 0 || Text(metadata) is not { } text) return null;
        TimeSpan life;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds))
            life = TimeSpan.FromSeconds(Math.Clamp(seconds, 0, int.MaxValue));
        else if (!GoDuration.TryParse(text, out life))
            return null;
        return time.GetUtcNow() + life;
    }

    /// <summary>RFC 3339 in UTC, whole seconds.</summary>
    public static string Format(DateTimeOffset expiration) =>
        expiration.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string? Text(IReadOnlyDictionary<string, string> metadata)
    {
        string? found = null;
        foreach (var (key, value) in metadata)
        {
            if (value.Length == 0) continue;
            if (key.Equals("ttlInSeconds", StringComparison.OrdinalIgnoreCase)) return value;
            if (key.Equals("ttl", StringComparison.OrdinalIgnoreCase)) found = value;
        }

        return found;
    }
}
