using StocksDapr.Market;

namespace StocksDapr.Processor.Rules;

/// <summary>
/// Whether a symbol looks like a share or fund listed in the US: one to five letters, a class of shares behind a dot or dash at most
/// (<c>BRK.B</c>), or a simulated company. Vendors name other markets by a suffix (<c>VOD.LON</c>, <c>1398.HK</c>), indexes by <c>^</c>, currencies and
/// coins by <c>=</c>, <c>/</c> or a pair (<c>BTC-USD</c>). A single-letter suffix other than A to C is a market (<c>VOD.L</c>), not a class.
/// </summary>
internal static class UsListing
{
    private const int MaxTickerLength = 5;

    public static bool Is(string symbol)
    {
        if (Symbol.IsSimulated(symbol))
            return true;

        var letters = 0;
        while (letters < symbol.Length && char.IsAsciiLetterUpper(symbol[letters]))
            letters++;
        return letters is > 0 and <= MaxTickerLength
            && (letters == symbol.Length
                || (letters == symbol.Length - 2 && symbol[letters] is '.' or '-' && symbol[letters + 1] is >= 'A' and <= 'C'));
    }
}
