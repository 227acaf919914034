using System.Diagnostics.CodeAnalysis;
using StocksDapr.Market;

namespace StocksDapr.Query.Requests;

/// <summary>A symbol in a path. Of all escapes the server leaves only that of the slash for us to undo.</summary>
internal static class SymbolPath
{
    public static bool TryRead(string path, [NotNullWhen(true)] out string? symbol, [NotNullWhen(false)] out InvalidRequest? problem)
    {
        problem = null;
        if (Symbol.TryNormalize(path.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase), out symbol))
            return true;

        problem = new InvalidRequest("bad_symbol", $"'{ParameterReader.Shown(path)}' is no symbol. {SymbolList.Syntax}", new { symbol = "AAPL" });
        return false;
    }
}
