using System.Collections.Frozen;
using StocksDapr.Market;

namespace StocksDapr.Collector.Providers.TwelveData;

/// <summary>
/// Our symbols in the vendor's words. Stocks and funds are the same (<c>BRK.B</c>). An index carries no caret there and may share its letters with a stock,
/// so that only those known by name are asked for. Source: Twelve Data, "Indices" (reference data).
/// </summary>
internal static class TwelveDataSymbols
{
    private static readonly FrozenDictionary<string, string> Indices = new Dictionary<string, string>
    {
        ["^GSPC"] = "SPX",
        ["^DJI"] = "DJI",
        ["^IXIC"] = "IXIC",
        ["^NDX"] = "NDX",
        ["^RUT"] = "RUT",
        ["^VIX"] = "VIX",
        ["^NYA"] = "NYA",
        ["^OEX"] = "OEX",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The vendor's word for a symbol; null when there is none.</summary>
    public static string? Of(string symbol)
    {
        if (!Symbol.IsValid(symbol) || Symbol.IsSimulated(symbol))
            return null;

        return IsIndex(symbol) ? Indices.GetValueOrDefault(symbol) : symbol;
    }

    public static bool IsIndex(string symbol) => symbol.StartsWith('^');
}
