using StocksDapr.Market;

namespace StocksDapr.Collector.Csv;

/// <summary>
/// Reads a symbol from the name of a file, and only where it can hardly be anything else: the name begins with it in upper case,
/// and what follows after <c>-</c>, <c>_</c> or a blank are dates, intervals and the words that vendors put into such names
/// (<c>AAPL.csv</c>, <c>IBM-daily-adjusted-full.csv</c>, <c>MSFT_1min_2020-11.csv.gz</c>). <c>bad.csv</c> is no symbol, nor is
/// <c>EXPORT-final.csv</c>.
/// </summary>
internal static class FileNameSymbol
{
    private const int MaxLength = 10;

    private static readonly char[] Separators = ['-', '_', ' '];
    private static readonly string[] Extensions = [".gz", ".csv", ".txt", ".tsv"];

    private static readonly HashSet<string> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        "daily", "weekly", "monthly", "intraday", "day", "minute", "minutes", "min", "hour", "hourly", "history", "historical", "hist", "data",
        "price", "prices", "quotes", "bars", "ohlc", "ohlcv", "stock", "adjusted", "adj", "unadjusted", "raw", "full", "compact", "max", "series",
        "time", "extended", "regular", "hours", "session", "premarket", "alphavantage", "yahoo", "stooq", "twelvedata", "polygon", "tiingo", "d", "w", "m",
        "us", "5yr", "1yr", "10yr", "5y", "1y", "10y", "ytd", "from", "to",
    };

    // What files of many symbols are called.
    private static readonly HashSet<string> NoSymbols = new(StringComparer.OrdinalIgnoreCase)
    {
        "data", "prices", "price", "stocks", "stock", "bars", "quotes", "history", "export", "download", "test", "csv", "ohlcv", "ohlc", "file", "all",
        "daily", "intraday", "weekly", "monthly", "eod", "sample", "output", "import", "table", "sp500", "nasdaq", "nyse", "us",
    };

    public static string? Find(string? fileName)
    {
        if (string.IsNullOrWhiteSpace(fileName))
            return null;

        var name = fileName[(fileName.LastIndexOfAny(['/', '\\']) + 1)..].Trim();
        for (var stripped = true; stripped;)
        {
            stripped = false;
            foreach (var extension in Extensions)
            {
                if (name.EndsWith(extension, StringComparison.OrdinalIgnoreCase))
                {
                    name = name[..^extension.Length];
                    stripped = true;
                }
            }
        }

        var parts = name.Split(Separators, StringSplitOptions.RemoveEmptyEntries);
        return parts.Length > 0 && IsSymbol(parts[0]) && parts.Skip(1).All(IsOrdinaryWord) ? parts[0] : null;
    }

    private static bool IsSymbol(string part) =>
        part.Length <= MaxLength && Symbol.IsValid(part) && part.Any(char.IsAsciiLetterUpper) && !NoSymbols.Contains(part);

    private static bool IsOrdinaryWord(string part) =>
        Words.Contains(part) || Interval.TryParse(part, out _) || part.All(letter => char.IsAsciiDigit(letter) || letter == '.');
}
