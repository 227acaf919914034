using StocksDapr.Collector.Providers.Vendors;
using StocksDapr.Market;

namespace StocksDapr.Collector.Providers.Fmp;

/// <summary>
/// Our symbols in the vendor's words. A class of shares stands behind a dash (<c>BRK-B</c>), since what follows a point is an exchange there (<c>ULVR.L</c>);
/// an index has its caret, as ours. Source: Financial Modeling Prep, "Stock Symbol Search".
/// </summary>
internal static class FmpSymbols
{
    /// <summary>The classes that US companies list. No exchange's suffix is one of these letters.</summary>
    private const string Classes = "ABCDK";

    /// <summary>The vendor's word for a symbol; null when there is none.</summary>
    public static string? Of(string symbol)
    {
        if (!Symbol.IsValid(symbol) || Symbol.IsSimulated(symbol))
            return null;

        return symbol.Length > 2 && symbol[^2] == '.' && Classes.Contains(symbol[^1]) ? $"{symbol[..^2]}-{symbol[^1]}" : symbol;
    }

    /// <summary>Whether what an answer says it is about is this symbol.</summary>
    public static bool Is(string? theirs, string symbol) =>
        string.IsNullOrEmpty(theirs) || EchoedSymbol.IsSame(theirs, symbol);
}
