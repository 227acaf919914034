using System.Text;

namespace StocksDapr.Collector.Csv;

/// <summary>
/// Recognises the columns of a header line by the names that vendors give them, whatever their case, order, brackets and spaces:
/// <c>Date</c>, <c>&lt;OPEN&gt;</c>, <c>Adj Close</c>, <c>adjusted_close</c>, <c>Close/Last</c>.
/// </summary>
internal static class HeaderNames
{
    // Earlier names win over later ones: a file with "symbol" and "name" keeps the company's name in the latter.
    private static readonly string[] Symbol = ["symbol", "ticker", "tickersymbol", "actsymbol", "instrument", "code", "name", "stock"];
    private static readonly string[] Date =
        ["datetime", "date", "timestamp", "dtyyyymmdd", "tradedate", "tradingdate", "tradingday", "sessiondate", "day", "dt", "time", "t"];
    private static readonly string[] Time = ["time", "timeofday", "hhmmss"];
    private static readonly string[] Open = ["open", "o", "openprice", "first"];
    private static readonly string[] High = ["high", "h", "highprice"];
    private static readonly string[] Low = ["low", "l", "lowprice"];
    private static readonly string[] Close = ["close", "c", "closeprice", "closelast", "last", "price"];
    private static readonly string[] Volume = ["volume", "vol", "v", "tradingvolume", "sharevolume"];
    private static readonly string[] Dividend = ["dividendamount", "dividends", "dividend", "divcash", "exdividend"];
    private static readonly string[] Split = ["splitcoefficient", "stocksplits", "stocksplit", "splitfactor", "splitratio", "splits", "split"];
    private static readonly string[] Period = ["per", "period"];

    /// <summary>The columns that a header names; null when the line is not a header of bars at all.</summary>
    public static ColumnMap? Match(RowFields fields, ReadOnlySpan<byte> text)
    {
        var names = new string[fields.Count];
        for (var i = 0; i < names.Length; i++)
            names[i] = Simplify(fields.Field(text, i));

        var date = Find(names, Date);
        // The index of a data frame, exported without a name or, by yfinance, under the name of the columns' level.
        if (date == ColumnMap.None && names[0] is "" or "price" or "index" && names.Skip(1).Intersect(Close).Any())
            date = 0;

        var time = Find(names, Time);
        var map = new ColumnMap
        {
            Count = names.Length,
            Symbol = Find(names, Symbol),
            Date = date,
            Time = time == date ? ColumnMap.None : time,
            Open = Find(names, Open),
            High = Find(names, High),
            Low = Find(names, Low),
            Close = Find(names, Close),
            Volume = Find(names, Volume),
            Dividend = Find(names, Dividend),
            Split = Find(names, Split),
            Period = Find(names, Period),
        };
        return map.Date != ColumnMap.None && map.Missing().Count() <= 3 ? map : null;
    }

    /// <summary>Lower case, letters and digits alone, without the byte order mark of a file pasted into another.</summary>
    private static string Simplify(ReadOnlySpan<byte> name)
    {
        var simple = new StringBuilder(name.Length);
        foreach (var letter in name)
        {
            if (char.IsAsciiLetterOrDigit((char)letter))
                simple.Append(char.ToLowerInvariant((char)letter));
        }

        return simple.ToString();
    }

    private static int Find(string[] names, string[] wanted)
    {
        foreach (var name in wanted)
        {
            var index = Array.IndexOf(names, name);
            if (index >= 0)
                return index;
        }

        return ColumnMap.None;
    }
}
