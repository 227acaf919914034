namespace StocksDapr.Collector.Providers.Yahoo;

/// <summary>
/// How Yahoo writes symbols: a share class behind a hyphen (BRK-B), an exchange outside of the US behind a dot (VOD.L), indices as ^GSPC, currencies as
/// EURUSD=X, coins as BTC-USD. Only the first is other than ours.
/// </summary>
internal static class YahooSymbol
{
    /// <remarks>Other single letters behind a dot are exchanges: L is London, F Frankfurt, T Tokyo, V Toronto's venture exchange.</remarks>
    public static string Of(string symbol) =>
        symbol.Length > 2 && symbol[^2] == '.' && (symbol[^1] is 'A' or 'B' or 'C') ? $"{symbol[..^2]}-{symbol[^1]}" : symbol;
}
