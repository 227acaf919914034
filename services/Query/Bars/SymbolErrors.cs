using StocksDapr.Query.Requests;

namespace StocksDapr.Query.Bars;

/// <summary>Why there are no bars of a symbol that was asked for.</summary>
internal sealed record SymbolError(string Code, string Detail);

/// <summary>The <c>errors</c> of an answer over several symbols. Every page names all of them.</summary>
internal static class SymbolErrors
{
    public static Dictionary<string, SymbolError> Of(BarsPage page) => Of(page.Unknown ?? [], page.Request.BadSymbols);

    public static Dictionary<string, SymbolError> Of(IEnumerable<string> unknown, IEnumerable<string> bad)
    {
        var errors = new Dictionary<string, SymbolError>(StringComparer.Ordinal);
        foreach (var symbol in unknown)
            errors[symbol] = new SymbolError("unknown_symbol", $"Nothing is stored under {symbol}; /symbols?search= finds what is.");
        foreach (var symbol in bad)
            errors.TryAdd(symbol, new SymbolError("bad_symbol", SymbolList.Syntax));
        return errors;
    }
}
