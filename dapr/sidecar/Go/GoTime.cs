using System.Globalization;

namespace StocksDapr.Sidecar.Go;

/// <summary>Instants as Go writes them. All in UTC.</summary>
internal static class GoTime
{
    /// <summary><c>time.RFC3339</c>: whole seconds, with a Z.</summary>
    public static string Rfc3339(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary><c>time.Time.String()</c>, for example <c>2026-11-20 23:28:02.322411377 +0000 UTC</c>; trailing zeros of the fraction are left out.</summary>
    public static string Text(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.FFFFFFF '+0000 UTC'", CultureInfo.InvariantCulture);
}
