using System.Globalization;
using System.Text;

namespace StocksDapr.Collector.Tests.Imports;

/// <summary>Files of made-up daily bars.</summary>
internal static class SampleFile
{
    public const string Header = "date,open,high,low,close,volume,symbol\n";

    /// <param name="symbols">How many symbols.</param>
    /// <param name="days">How many bars of each.</param>
    /// <param name="byDate">Sorted by date, the symbols taking turns, instead of symbol by symbol.</param>
    /// <param name="brokenEvery">Every so many-th line is no row of bars.</param>
    public static string Make(int symbols, int days, bool byDate = false, int brokenEvery = 0)
    {
        var text = new StringBuilder(Header);
        for (var i = 0; i < symbols * days; i++)
        {
            if (brokenEvery > 0 && i % brokenEvery == brokenEvery - 1)
            {
                text.Append(CultureInfo.InvariantCulture, $"broken {i}\n");
                continue;
            }

            var (symbol, day) = byDate ? (i % symbols, i / symbols) : (i / days, i % days);
            var date = new DateOnly(1990, 1, 1).AddDays(day);
            text.Append(CultureInfo.InvariantCulture, $"{date:yyyy-MM-dd},{100 + (i % 50)}.25,{160 + (i % 7)},{90 + (i % 3)},{100 + (i % 40)}.5,{1000 + i},S{symbol}\n");
        }

        return text.ToString();
    }
}
