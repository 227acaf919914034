namespace StocksDapr.Market.Options;

/// <summary>A dividend that is known: when its ex-date comes, in years of 365 days from now, and how much it is per share.</summary>
public readonly record struct CashDividend(double Years, double Amount)
{
    /// <summary>
    /// What the dividends with an ex-date after <paramref name="from"/> and not after <paramref name="to"/> are worth at <paramref name="from"/>. The
    /// price of a European option is that of an underlying which has paid them already (escrowed dividends: Hull, Options, Futures and Other
    /// Derivatives, "Dividends" in the chapter on Black–Scholes–Merton).
    /// </summary>
    public static double PresentValue(ReadOnlySpan<CashDividend> dividends, double rate, double from, double to)
    {
        var value = 0.0;
        foreach (var dividend in dividends)
        {
            if (dividend.Years > from && dividend.Years <= to)
                value += dividend.Amount * Math.Exp(-rate * (dividend.Years - from));
        }

        return value;
    }
}
