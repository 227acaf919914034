using StocksDapr.Market;

namespace StocksDapr.Collector.Providers.Vendors;

/// <summary>Compares the symbol that an answer says it is about with the one that was asked for.</summary>
internal static class EchoedSymbol
{
    /// <summary>Whether both are the same, in any letter case and however a class of shares is written: <c>BRK.B</c>, <c>BRK-B</c>, <c>BRK/B</c>.</summary>
    public static bool IsSame(string theirs, string asked) =>
        string.Equals(theirs, asked, StringComparison.OrdinalIgnoreCase)
        || string.Equals(Symbol.OfUsStock(theirs.ToUpperInvariant()), Symbol.OfUsStock(asked), StringComparison.Ordinal);
}
