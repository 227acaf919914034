using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Providers.Vendors;

/// <summary>What is the same for every vendor before it is asked for bars, and after it has answered.</summary>
internal static class AskedBars
{
    /// <summary>Why a vendor with these capabilities need not be asked at all; null when it can be.</summary>
    public static ProviderError? Refusal(BarsRequest request, ProviderCapabilities capabilities)
    {
        if (!capabilities.Intervals.ContainsKey(request.Interval))
            return NotSupported($"The provider has no bars of {request.Interval}.");
        if (request.Symbols.Count == 0 || request.Symbols.Count > capabilities.MaxSymbols)
            return NotSupported($"A request has 1 to {capabilities.MaxSymbols} symbols, not {request.Symbols.Count}.");
        if (request.From > request.To)
            return NotSupported("The range ends before it begins.");
        if (ExchangeCalendar.UsEquities.CountBars(request.Interval, request.From, request.To) is var bars && bars > capabilities.MaxBarsOf(request.Interval))
            return NotSupported($"A request is for {capabilities.MaxBarsOf(request.Interval)} bars at most, not {bars}.");
        return null;
    }

    /// <summary>Why a vendor need not be asked for corporate actions; null when it can be.</summary>
    public static ProviderError? Refusal(IReadOnlyList<string> symbols, DateOnly from, DateOnly to, ProviderCapabilities capabilities)
    {
        if (!capabilities.HasCorporateActions)
            return NotSupported("The provider has no splits and dividends.");
        if (symbols.Count == 0 || symbols.Count > capabilities.MaxSymbols)
            return NotSupported($"A request has 1 to {capabilities.MaxSymbols} symbols, not {symbols.Count}.");
        return from > to ? NotSupported("The range ends before it begins.") : null;
    }

    /// <summary>
    /// Puts bars that came newest first into their order. Those in no order at all stay as they came: then something is wrong with them, and who checks
    /// them shall see it.
    /// </summary>
    public static List<RawBar> Ascending(List<RawBar> bars)
    {
        if (bars.Count < 2 || bars[0].Start <= bars[^1].Start)
            return bars;

        for (var i = 1; i < bars.Count; i++)
        {
            if (bars[i].Start > bars[i - 1].Start)
                return bars;
        }

        bars.Reverse();
        return bars;
    }

    /// <summary>An answer without asking.</summary>
    public static ProviderAnswer<T> Refused<T>(ProviderError error, TimeProvider time)
        where T : class =>
        new(Guid.NewGuid().ToString("n"), time.GetUtcNow(), null, error) { Credits = 0 };

    /// <summary>An answer for one symbol without asking, such as one that the vendor has no word for.</summary>
    public static ProviderAnswer<IReadOnlyDictionary<string, SymbolAnswer<T>>> Unasked<T>(string symbol, SymbolAnswer<T> answer, TimeProvider time)
        where T : class =>
        new(Guid.NewGuid().ToString("n"), time.GetUtcNow(), new Dictionary<string, SymbolAnswer<T>>(StringComparer.Ordinal) { [symbol] = answer }) { Credits = 0 };

    private static ProviderError NotSupported(string detail) => new(ProviderErrorKind.NotSupported, detail);
}
