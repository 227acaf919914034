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

    public static bool IsSimulated(string symbol) => symbol.EndsWith(SimulatedSuffix, StringComparison.Ordinal);
}
