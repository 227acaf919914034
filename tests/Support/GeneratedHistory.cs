using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace StocksDapr.Support;

/// <summary>
/// A made-up history in the shape of the well-known five-year S&amp;P 500 file: <c>date,open,high,low,close,volume,Name</c>, one symbol after the other,
/// weekdays only. The same arguments always make the same rows.
/// </summary>
public static class GeneratedHistory
{
    public const string Header = "date,open,high,low,close,volume,Name";

    /// <summary>A row of the history.</summary>
    public readonly record struct Row(string Symbol, DateOnly Date, double Open, double High, double Low, double Close, long Volume)
    {
        public override string ToString() =>
            string.Create(CultureInfo.InvariantCulture, $"{Date:yyyy-MM-dd},{Open},{High},{Low},{Close},{Volume},{Symbol}");
    }

    /// <summary>The rows: <paramref name="symbols"/> symbols of <paramref name="sessions"/> sessions each.</summary>
    /// <param name="symbols">How many symbols; they are named <c>TAA</c>, <c>TAB</c>, ….</param>
    /// <param name="sessions">The days that each symbol has a row for, ascending.</param>
    /// <param name="first">The number of the first symbol, for histories that have no symbol in common.</param>
    /// <param name="seed">Another seed makes other prices.</param>
    public static IEnumerable<Row> Rows(int symbols, IReadOnlyList<DateOnly> sessions, int first = 0, int seed = 1)
    {
        for (var s = first; s < first + symbols; s++)
        {
            var random = new Random((seed * 1_000_003) + s);
            var close = 10 + (random.NextDouble() * 190);
            foreach (var date in sessions)
            {
                var open = Cents(close * (1 + ((random.NextDouble() - 0.5) * 0.01)));
                close = Cents(Math.Max(1, open * (1 + ((random.NextDouble() - 0.5) * 0.04))));
                var high = Cents(Math.Max(open, close) * (1 + (random.NextDouble() * 0.01)));
                var low = Cents(Math.Min(open, close) * (1 - (random.NextDouble() * 0.01)));
                yield return new Row(Name(s), date, open, Math.Max(high, Math.Max(open, close)), Math.Min(low, Math.Min(open, close)), close, random.Next(100_000, 50_000_000));
            }
        }
    }

    /// <summary>Writes the rows as CSV; gzip when the name ends so.</summary>
    public static async Task WriteAsync(string path, IEnumerable<Row> rows, CancellationToken cancellationToken = default)
    {
        await using var file = File.Create(path);
        await using Stream stream = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionLevel.Fastest) : file;
        await using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { NewLine = "\n" };
        await writer.WriteLineAsync(Header);
        foreach (var row in rows)
            await writer.WriteLineAsync(row.ToString().AsMemory(), cancellationToken);
    }

    private static string Name(int number) => string.Create(4, number, static (text, n) =>
    {
        text[0] = 'T';
        text[1] = (char)('A' + (n / 676 % 26));
        text[2] = (char)('A' + (n / 26 % 26));
        text[3] = (char)('A' + (n % 26));
    });

    private static double Cents(double price) => Math.Round(price, 2);
}
