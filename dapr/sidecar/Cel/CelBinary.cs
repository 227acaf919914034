using System.Diagnostics;

namespace StocksDapr.Sidecar.Cel;

/// <summary>Relations and arithmetic. Whole and real numbers compare with each other; arithmetic needs two of a kind, as in CEL.</summary>
internal sealed class CelBinary(string symbol, CelNode left, CelNode right) : CelNode
{
    public override object? Evaluate(CelVariables variables)
    {
        var a = left.Evaluate(variables);
        var b = right.Evaluate(variables);
        return symbol switch
        {
            "==" => AreEqual(a, b),
            "!=" => !AreEqual(a, b),
            "<" => Compare(a, b) is < 0,
            "<=" => Compare(a, b) is <= 0,
            ">" => Compare(a, b) is > 0,
            ">=" => Compare(a, b) is >= 0,
            "in" => Contains(b, a),
            _ => Calculate(a, b),
        };
    }

    internal static bool AreEqual(object? a, object? b) => (a, b) switch
    {
        (null, null) => true,
        (long x, double y) => x == y,
        (double x, long y) => x == y,
        (double x, double y) => x == y,
        (IReadOnlyList<object?> x, IReadOnlyList<object?> y) => x.Count == y.Count && x.Zip(y).All(pair => AreEqual(pair.First, pair.Second)),
        (IReadOnlyDictionary<string, object?> x, IReadOnlyDictionary<string, object?> y) =>
            x.Count == y.Count && x.All(entry => y.TryGetValue(entry.Key, out var other) && AreEqual(entry.Value, other)),
        _ => Equals(a, b),
    };

    // Null = the two have no order (not a number is involved).
    private int? Compare(object? a, object? b) => (a, b) switch
    {
        (long x, long y) => x.CompareTo(y),
        (long x, double y) => Order(x, y),
        (double x, long y) => Order(x, y),
        (double x, double y) => Order(x, y),
        (string x, string y) => string.CompareOrdinal(x, y),
        (bool x, bool y) => x.CompareTo(y),
        _ => throw NoOverload(a, b),
    };

    private static int? Order(double x, double y) => double.IsNaN(x) || double.IsNaN(y) ? null : x.CompareTo(y);

    private bool Contains(object? container, object? item) => container switch
    {
        IReadOnlyList<object?> list => list.Any(entry => AreEqual(entry, item)),
        IReadOnlyDictionary<string, object?> map => item is string key && map.ContainsKey(key),
        _ => throw NoOverload(item, container),
    };

    private object Calculate(object? a, object? b)
    {
        try
        {
            return (symbol, a, b) switch
            {
                ("+", string x, string y) => x + y,
                ("+", IReadOnlyList<object?> x, IReadOnlyList<object?> y) => x.Concat(y).ToArray(),
                (_, long x, long y) => Whole(x, y),
                (not "%", double x, double y) => Real(x, y),
                _ => throw NoOverload(a, b),
            };
        }
        catch (OverflowException)
        {
            throw new CelException($"integer overflow: {a} {symbol} {b}");
        }
        catch (DivideByZeroException)
        {
            throw new CelException(symbol == "%" ? "modulus by zero" : "division by zero");
        }
    }

    private long Whole(long x, long y) => symbol switch
    {
        "+" => checked(x + y),
        "-" => checked(x - y),
        "*" => checked(x * y),
        "/" => x / y,
        "%" => y == -1 ? 0 : x % y,
        _ => throw new UnreachableException(),
    };

    private double Real(double x, double y) => symbol switch
    {
        "+" => x + y,
        "-" => x - y,
        "*" => x * y,
        "/" => x / y,
        _ => throw new UnreachableException(),
    };

    private CelException NoOverload(object? a, object? b) => new($"no such overload: {Kind(a)} {symbol} {Kind(b)}");

    private static string Kind(object? value) => value switch
    {
        null => "null",
        bool => "bool",
        long => "int",
        double => "double",
        string => "string",
        IReadOnlyList<object?> => "list",
        _ => "map",
    };
}
