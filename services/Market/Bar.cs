namespace StocksDapr.Market;

/// <summary>
/// One price bar. <see cref="Start"/> is the start of the interval in UTC; a bar of one day or longer is named by its
/// (first) session date, held as midnight UTC of that date. Prices are raw (unadjusted) in the instrument's currency,
/// volume is in shares.
/// </summary>
public readonly record struct Bar(DateTimeOffset Start, double Open, double High, double Low, double Close, long Volume);
