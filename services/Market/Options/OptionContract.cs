using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace StocksDapr.Market.Options;

/// <summary>
/// What an option symbol says (Options Clearing Corporation, Options Symbology Initiative, without its blanks): root, date of expiry, call or put,
/// strike in thousandths: <c>AAPL260320C00250000</c>. A contract changed by a corporate action has a digit behind its root (<c>AAPL1</c>). Contracts on
/// simulated companies carry their suffix in the root, so that they cannot be taken for real ones: <c>ALDR.SIM260320C00041000</c>.
/// </summary>
/// <param name="Root">One to six letters and digits, perhaps with <c>.SIM</c>; not always the underlying's symbol: <c>BRKB</c>, <c>SPXW</c>.</param>
public readonly record struct OptionContract(string Root, DateOnly Expiry, OptionType Type, double Strike)
{
    private const int TailLength = 15;
    private const int LongestRoot = 6;
    private const double MostStrike = 99_999.999;

    private static readonly SearchValues<char> RootCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

    /// <summary>What the symbol is at most long.</summary>
    public const int MaxLength = LongestRoot + 4 + TailLength;

    /// <summary>Reads a symbol; blanks between root and date are allowed.</summary>
    public static bool TryParse([NotNullWhen(true)] string? symbol, out OptionContract contract)
    {
        contract = default;
        if (symbol is null || symbol.Length is <= TailLength or > MaxLength)
            return false;

        var root = symbol.AsSpan(0, symbol.Length - TailLength).TrimEnd(' ');
        var tail = symbol.AsSpan(symbol.Length - TailLength);
        var name = root.EndsWith(Symbol.SimulatedSuffix, StringComparison.Ordinal) ? root[..^Symbol.SimulatedSuffix.Length] : root;
        if (name.Length is 0 or > LongestRoot || !char.IsAsciiLetterUpper(name[0]) || name.ContainsAnyExcept(RootCharacters)
            || !DateOnly.TryParseExact(string.Concat("20", tail[..6]), "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var expiry)
            || tail[6] is not ('C' or 'P')
            || !int.TryParse(tail[7..], NumberStyles.None, CultureInfo.InvariantCulture, out var thousandths))
            return false;

        contract = new OptionContract(root.ToString(), expiry, tail[6] == 'C' ? OptionType.Call : OptionType.Put, thousandths / 1000.0);
        return true;
    }

    /// <summary>Whether a symbol can be written for these: a strike in thousandths below 100,000, an expiry in this century.</summary>
    public static bool CanName(DateOnly expiry, double strike) =>
        expiry.Year is >= 2000 and <= 2099 && strike is >= 0.001 and <= MostStrike && Math.Abs((strike * 1000) - Math.Round(strike * 1000)) < 1e-6;

    /// <summary>The symbol, without blanks.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Root}{Expiry:yyMMdd}{(Type == OptionType.Call ? 'C' : 'P')}{(int)Math.Round(Strike * 1000):00000000}");
}
