using System.Globalization;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Providers.Simulated;

/// <summary>
/// The companies of the resource <c>companies.csv</c>. Sectors alternate and large ones come first, so that the first few are a market, too.
/// </summary>
internal static class Companies
{
    private const string Currency = "USD";

    public static IReadOnlyList<Company> All { get; } = Read();

    private static List<Company> Read()
    {
        using var stream = typeof(Companies).Assembly.GetManifestResourceStream("companies.csv")
            ?? throw new InvalidOperationException("The resource companies.csv is missing from the assembly.");
        using var reader = new StreamReader(stream);
        var companies = new List<Company>(120);
        reader.ReadLine();
        while (reader.ReadLine() is { Length: > 0 } line)
            companies.Add(Parse(line.Split(',')));
        return companies;
    }

    private static Company Parse(string[] fields)
    {
        var instrument = new Instrument(Company.SymbolOf(fields[0]), fields[1], fields[2], Currency, fields[3], fields[10].Split('|'));
        return new Company(
            instrument,
            fields[4].Length == 0 ? null : DateOnly.ParseExact(fields[4], "yyyy-MM-dd", CultureInfo.InvariantCulture),
            Number(fields[5]),
            Number(fields[6]) * 1e6,
            Number(fields[7]) / 100,
            Number(fields[8]),
            Number(fields[9]) / 100);
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
