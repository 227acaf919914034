using System.Collections.Frozen;
using StocksDapr.Market;

namespace StocksDapr.Collector.Providers.TwelveData;

/// <summary>The symbols of one request: the vendor's words for those that it has, and ours by the vendor's.</summary>
internal sealed class TwelveDataBatch
{
    /// <summary>The vendor's own names in an answer for one symbol, which are some symbols' letters too: META is one of them.</summary>
    private static readonly FrozenSet<string> Names = new[] { "meta", "values", "splits", "dividends", "status", "code", "message" }.ToFrozenSet(StringComparer.Ordinal);

    private readonly Dictionary<string, string> _ours = new(StringComparer.OrdinalIgnoreCase);

    public TwelveDataBatch(IReadOnlyList<string> symbols)
    {
        Symbols = symbols;
        foreach (var symbol in symbols)
        {
            if (TwelveDataSymbols.Of(symbol) is { } theirs)
                _ours.TryAdd(theirs, symbol);
        }
    }

    /// <summary>Ours, as they were asked.</summary>
    public IReadOnlyList<string> Symbols { get; }

    /// <summary>Ours, of those that the vendor is asked for.</summary>
    public IReadOnlyCollection<string> Asked => _ours.Values;

    /// <summary>How many the vendor is asked for, each charged for.</summary>
    public int Count => _ours.Count;

    /// <summary>The value of the parameter <c>symbol</c>.</summary>
    public string Query => string.Join(',', _ours.Keys.Select(Uri.EscapeDataString));

    /// <summary>The only symbol, when there is one; its answer carries no key.</summary>
    public string? Single => _ours.Count == 1 ? _ours.Values.First() : null;

    /// <summary>Ours for the vendor's word; null for one that was not asked.</summary>
    public string? OursOf(string theirs) => IsNameOfForm(theirs) ? null : _ours.GetValueOrDefault(theirs) ?? _ours.GetValueOrDefault(Symbol.OfUsStock(theirs.ToUpperInvariant()));

    /// <summary>Whether a key is one of the vendor's own and not a symbol.</summary>
    public static bool IsNameOfForm(string key) => Names.Contains(key);

    /// <summary>Gives every symbol that was asked an answer.</summary>
    public IReadOnlyDictionary<string, SymbolAnswer<T>> Complete<T>(Dictionary<string, SymbolAnswer<T>> answers)
        where T : class
    {
        foreach (var symbol in Symbols)
        {
            answers.TryAdd(
                symbol,
                TwelveDataSymbols.Of(symbol) is not { } theirs || OursOf(theirs) != symbol
                    ? SymbolAnswer<T>.Failed(ProviderErrorKind.UnknownSymbol, $"The provider has no name for {symbol}.")
                    : SymbolAnswer<T>.Failed(ProviderErrorKind.Malformed, $"The answer says nothing of {symbol}."));
        }

        return answers;
    }
}
