using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace StocksDapr.Market;

/// <summary>
/// The syntax of a symbol: 1 to 24 of <c>A-Z 0-9 . - ^ = / _</c>, upper case, beginning with a letter, digit or <c>^</c>.
/// Symbols that end in <c>.SIM</c> are fictional and come from the simulated provider alone.
/// </summary>
public static class Symbol
{
    public const int MaxLength = 24;

    /// <summary>What the symbol of a simulated, fictional company ends in.</summary>
    public const string SimulatedSuffix = ".SIM";

    private static readonly SearchValues<char> Allowed = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-^=/_");

    /// <summary>Trims, upper-cases and checks a symbol.</summary>
    public static bool TryNormalize(string? text, [NotNullWhen(true)] out string? symbol)
    {
        symbol = text?.Trim().ToUpperInvariant();
        if (IsValid(symbol))
            return true;

        symbol = null;
        return false;
    }

    public static bool IsValid([NotNullWhen(true)] string? symbol) =>
        symbol is { Length: > 0 and <= MaxLength }
        && (char.IsAsciiLetterUpper(symbol[0]) || char.IsAsciiDigit(symbol[0]) || symbol[0] == '^')
        && !symbol.AsSpan().ContainsAnyExcept(Allowed);

    /// <summary>
    /// The one form of a US stock's symbol, of the several that vendors write: a class of shares behind a dot, <c>BRK.B</c> for <c>BRK-B</c>, <c>BRK/B</c> and
    /// <c>BRK_B</c>. Others are returned as they are: <c>BTC-USD</c>, <c>BAC-PL</c>, <c>VOD.L</c>.
    /// </summary>
    /// <param name="symbol">A valid symbol.</param>
    public static string OfUsStock(string symbol) =>
        symbol.Length is >= 3 and <= 7 && symbol[^2] is ('-' or '/' or '_') && symbol.AsSpan(..^2).IndexOfAnyExceptInRange('A', 'Z') < 0 && char.IsAsciiLetterUpper(symbol[^1])
            ? $"{symbol[..^2]}.{symbol[^1]}"
            : symbol;

    /// <summary>
    /// Whether shares of it are traded, which can be counted. An index (<c>^GSPC</c>) is not traded, and of a currency pair (<c>EUR/USD</c>, <c>EURUSD=X</c>) nobody counts.
    /// </summary>
    /// <param name="symbol">A valid symbol.</param>
    public static bool HasVolume(string symbol) =>
        symbol[0] != '^' && !symbol.EndsWith("=X", StringComparison.Ordinal) && !OfUsStock(symbol).Contains('/', StringComparison.Ordinal);

    public static bool IsSimulated(string symbol) => symbol.EndsWith(SimulatedSuffix, StringComparison.Ordinal);
}
