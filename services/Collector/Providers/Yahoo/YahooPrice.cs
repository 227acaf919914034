using System.Globalization;

namespace StocksDapr.Collector.Providers.Yahoo;

/// <summary>
/// Yahoo keeps prices in single precision and writes them as doubles: 75.0875 becomes 75.0875015258789. Where a number is exactly a single, the shortest
/// text of that single is what was meant.
/// </summary>
internal static class YahooPrice
{
    public static double Meant(double number)
    {
        // A whole number, such as a volume, is exact already.
        if ((float)number != number || number == Math.Truncate(number))
            return number;

        Span<char> shortest = stackalloc char[32];
        return ((float)number).TryFormat(shortest, out var length, provider: CultureInfo.InvariantCulture)
            && double.TryParse(shortest[..length], CultureInfo.InvariantCulture, out var meant)
            ? meant
            : number;
    }
}
