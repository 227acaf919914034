using StocksDapr.Market;

namespace StocksDapr.Query.Requests;

/// <summary>A list of symbols as a caller gave it: each once, in his order; what is no symbol is kept apart.</summary>
internal sealed record SymbolList(string[] Good, IReadOnlyList<string> Bad)
{
    public const string Syntax = "A symbol is 1 to 24 letters, digits and . - ^ = / _, beginning with a letter, a digit or ^.";

    public static SymbolList Parse(string text, int max, out InvalidRequest? problem)
    {
        problem = null;
        if (Symbol.IsValid(text))
            return new SymbolList([text], []);

        var good = new List<string>();
        var bad = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var range in text.AsSpan().Split(','))
        {
            var item = text[range];
            if (string.IsNullOrWhiteSpace(item))
            {
                problem = new InvalidRequest(
                    "bad_symbols", "symbols has an empty entry; it must be symbols with one comma between two of them.", new { symbols = "AAPL,MSFT" });
                break;
            }

            var valid = Symbol.TryNormalize(item, out var symbol);
            if (!seen.Add(symbol ?? item))
                continue;
            if (valid)
                good.Add(symbol!);
            else
                bad.Add(ParameterReader.Shown(item));
            if (seen.Count > max)
            {
                problem = new InvalidRequest(
                    "too_many_symbols", $"symbols names more than {max}; ask for the rest in further calls.", new { symbols = $"1 to {max}" });
                break;
            }
        }

        return new SymbolList([.. good], bad.Count == 0 ? [] : bad.Distinct(StringComparer.Ordinal).ToArray());
    }
}
