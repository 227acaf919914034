using System.Globalization;
using System.Text.RegularExpressions;

namespace StocksDapr.Sidecar.Cel;

/// <summary>A function call; member functions have their target as first argument.</summary>
internal sealed class CelCall : CelNode
{
    private static readonly TimeSpan MatchTimeout = TimeSpan.FromSeconds(1);

    private static readonly Dictionary<string, (int Arguments, Func<object?[], object?> Run)> Functions = new(StringComparer.Ordinal)
    {
        ["size"] = (1, arguments => Size(arguments[0])),
        ["startsWith"] = (2, arguments => Texts(arguments, (text, start) => text.StartsWith(start, StringComparison.Ordinal))),
        ["endsWith"] = (2, arguments => Texts(arguments, (text, end) => text.EndsWith(end, StringComparison.Ordinal))),
        ["contains"] = (2, arguments => Texts(arguments, (text, part) => text.Contains(part, StringComparison.Ordinal))),
        ["matches"] = (2, arguments => Texts(arguments, Matches)),
        ["int"] = (1, arguments => ToInt(arguments[0])),
        ["double"] = (1, arguments => ToDouble(arguments[0])),
        ["string"] = (1, arguments => ToText(arguments[0])),
        ["bool"] = (1, arguments => ToBool(arguments[0])),
        ["dyn"] = (1, arguments => arguments[0]),
    };

    private readonly IReadOnlyList<CelNode> _arguments;
    private readonly Func<object?[], object?> _run;

    private CelCall(IReadOnlyList<CelNode> arguments, Func<object?[], object?> run)
    {
        _arguments = arguments;
        _run = run;
    }

    /// <exception cref="CelException">There is no such function with that many arguments.</exception>
    public static CelCall Create(string name, IReadOnlyList<CelNode> arguments, string source) =>
        Functions.TryGetValue(name, out var function) && function.Arguments == arguments.Count
            ? new CelCall(arguments, function.Run)
            : throw new CelException($"there is no function '{name}' with {arguments.Count} argument(s): {source}");

    public override object? Evaluate(CelVariables variables)
    {
        var values = new object?[_arguments.Count];
        for (var i = 0; i < values.Length; i++) values[i] = _arguments[i].Evaluate(variables);
        return _run(values);
    }

    private static bool Texts(object?[] arguments, Func<string, string, bool> check) => arguments is [string first, string second]
        ? check(first, second)
        : throw new CelException("no such overload: the function needs texts");

    // RE2 has no backtracking, and neither has this; an expression that needs it is refused.
    private static bool Matches(string text, string pattern)
    {
        try
        {
            return Regex.IsMatch(text, pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, MatchTimeout);
        }
        catch (Exception broken) when (broken is ArgumentException or NotSupportedException or RegexMatchTimeoutException)
        {
            throw new CelException($"the pattern '{pattern}' cannot be used: {broken.Message}");
        }
    }

    private static long Size(object? value) => value switch
    {
        string text => text.EnumerateRunes().Count(),
        IReadOnlyList<object?> list => list.Count,
        IReadOnlyDictionary<string, object?> map => map.Count,
        _ => throw new CelException("no such overload: size()"),
    };

    private static long ToInt(object? value) => value switch
    {
        long number => number,
        double number when number is > long.MinValue and < long.MaxValue => (long)number,
        string text when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
        _ => throw new CelException("no such overload: int()"),
    };

    private static double ToDouble(object? value) => value switch
    {
        long number => number,
        double number => number,
        string text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        _ => throw new CelException("no such overload: double()"),
    };

    private static string ToText(object? value) => value switch
    {
        string text => text,
        bool truth => truth ? "true" : "false",
        long number => number.ToString(CultureInfo.InvariantCulture),
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        _ => throw new CelException("no such overload: string()"),
    };

    private static bool ToBool(object? value) => value switch
    {
        bool truth => truth,
        "1" or "t" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "false" or "FALSE" or "False" => false,
        _ => throw new CelException("no such overload: bool()"),
    };
}
