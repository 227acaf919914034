using System.Globalization;
using StocksDapr.Market;

namespace StocksDapr.Query.Freshness;

/// <summary>What Writer announces in the transaction that wrote: bars of one series from one start to another may have changed.</summary>
/// <param name="From">Seconds since 1970 UTC, inclusive as <paramref name="To"/>.</param>
internal readonly record struct StoredNotification(string Symbol, Interval Interval, long From, long To)
{
    public const string Channel = "stored";

    /// <summary>Reads <c>symbol|interval id|from|to</c>.</summary>
    public static bool TryParse(string payload, out StoredNotification notification)
    {
        notification = default;
        var parts = payload.Split('|');
        if (parts.Length != 4 || !Market.Symbol.IsValid(parts[0]) || !short.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            || !TryParseSeconds(parts[2], out var from) || !TryParseSeconds(parts[3], out var to)
            || Interval.All.FirstOrDefault(known => known.Id == id) is not { } interval)
            return false;

        notification = new StoredNotification(parts[0], interval, from, to);
        return true;
    }

    private static bool TryParseSeconds(string text, out long seconds) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out seconds);
}
