using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using StocksDapr.Market;

namespace StocksDapr.Collector.Tracking;

/// <summary>The cursor of the list of what is tracked: the last symbol of a page, in base64url. There is nothing in it to protect.</summary>
internal static class TrackingCursor
{
    private const string Prefix = "tracking:";
    private const int MaxLength = 100;

    public static string Write(string symbol) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(Prefix + symbol));

    public static bool TryRead(string cursor, [NotNullWhen(true)] out string? symbol)
    {
        symbol = null;
        if (cursor.Length is 0 or > MaxLength || !Base64Url.IsValid(cursor))
            return false;
        var text = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor));
        if (!text.StartsWith(Prefix, StringComparison.Ordinal) || !Symbol.IsValid(text[Prefix.Length..]))
            return false;
        symbol = text[Prefix.Length..];
        return true;
    }
}
