namespace StocksDapr.Collector.Providers.Vendors;

/// <summary>The answers of vendors that are asked for one symbol at a time.</summary>
internal static class SingleSymbol
{
    /// <summary>
    /// The answer to a request as one for its symbol. What is wrong with the symbol is not wrong with the request: the provider works.
    /// </summary>
    public static ProviderAnswer<IReadOnlyDictionary<string, SymbolAnswer<T>>> Answer<T>(string symbol, ProviderAnswer<T> answer)
        where T : class =>
        answer.Error is { Kind: not ProviderErrorKind.UnknownSymbol }
            ? new ProviderAnswer<IReadOnlyDictionary<string, SymbolAnswer<T>>>(answer.RequestId, answer.At, null, answer.Error) { Credits = answer.Credits }
            : new ProviderAnswer<IReadOnlyDictionary<string, SymbolAnswer<T>>>(
                answer.RequestId, answer.At, new Dictionary<string, SymbolAnswer<T>>(StringComparer.Ordinal) { [symbol] = new(answer.Value, answer.Error) })
            {
                Credits = answer.Credits,
            };
}
