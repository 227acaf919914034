using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace StocksDapr.Collector.CrossChecks;

/// <summary>Which symbols of a session are looked at: a function of symbol and date, so that every replica and every repetition comes to the same ones.</summary>
internal static class CrossCheckSample
{
    /// <summary>About that share of the symbols, and at least one.</summary>
    public static IReadOnlyList<string> Of(IReadOnlyList<string> symbols, DateOnly session, double share)
    {
        var drawn = symbols.Select(symbol => (Symbol: symbol, Lot: Lot(symbol, session))).OrderBy(draw => draw.Lot).ToList();
        return [.. drawn.TakeWhile((draw, index) => index == 0 || draw.Lot < share).Select(draw => draw.Symbol)];
    }

    /// <summary>From 0 to 1.</summary>
    private static double Lot(string symbol, DateOnly session)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{symbol} {session:O}")));
        return BitConverter.ToUInt32(hash) / (uint.MaxValue + 1.0);
    }
}
