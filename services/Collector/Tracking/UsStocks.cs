using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Tracking;

/// <summary>
/// The 120 largest US stocks, largest first, with the names that people search them by: the resource <c>us-stocks.csv</c>. They are tracked unless somebody
/// says otherwise.
/// </summary>
internal static class UsStocks
{
    private const string Currency = "USD";

    /// <summary>The list, in its order.</summary>
    public static IReadOnlyList<Instrument> All { get; } = Read();

    /// <summary>The same by symbol.</summary>
    public static IReadOnlyDictionary<string, Instrument> BySymbol { get; } = All.ToDictionary(stock => stock.Symbol, StringComparer.Ordinal);

    private static List<Instrument> Read()
    {
        using var stream = typeof(UsStocks).Assembly.GetManifestResourceStream("us-stocks.csv")
            ?? throw new InvalidOperationException("The resource us-stocks.csv is missing from the assembly.");
        using var reader = new StreamReader(stream);
        var stocks = new List<Instrument>(120);
        reader.ReadLine();
        while (reader.ReadLine() is { Length: > 0 } line)
        {
            var fields = line.Split(',');
            stocks.Add(new Instrument(fields[0], fields[1], fields[2], Currency, fields[3], fields[4].Split('|', StringSplitOptions.RemoveEmptyEntries)));
        }

        return stocks;
    }
}
