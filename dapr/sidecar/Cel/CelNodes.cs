namespace StocksDapr.Sidecar.Cel;

/// <summary>A part of an expression. Values are null, bool, long, double, string, lists and maps with text keys.</summary>
internal abstract class CelNode
{
    /// <exception cref="CelException">The values do not fit.</exception>
    public abstract object? Evaluate(CelVariables variables);
}

internal sealed class CelLiteral(object? value) : CelNode
{
    public override object? Evaluate(CelVariables variables) => value;
}

internal sealed class CelVariable(string name) : CelNode
{
    public override object? Evaluate(CelVariables variables) => variables[name];
}

internal sealed class CelList(IReadOnlyList<CelNode> items) : CelNode
{
    public override object? Evaluate(CelVariables variables) => items.Select(item => item.Evaluate(variables)).ToArray();
}

internal sealed class CelMap(IReadOnlyList<(CelNode Key, CelNode Value)> entries) : CelNode
{
    public override object? Evaluate(CelVariables variables)
    {
        var map = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (key, value) in entries)
        {
            if (key.Evaluate(variables) is not string name) throw new CelException("a map's key must be text");
            map[name] = value.Evaluate(variables);
        }

        return map;
    }
}

internal sealed class CelSelect(CelNode target, string field) : CelNode
{
    public override object? Evaluate(CelVariables variables) => target.Evaluate(variables) switch
    {
        IReadOnlyDictionary<string, object?> map => map.TryGetValue(field, out var value) ? value : throw new CelException($"no such key: {field}"),
        _ => throw new CelException($"no such field: {field}"),
    };

    public bool Exists(CelVariables variables) => target.Evaluate(variables) is IReadOnlyDictionary<string, object?> map
        ? map.ContainsKey(field)
        : throw new CelException($"no such field: {field}");
}

internal sealed class CelHas(CelSelect selection) : CelNode
{
    public override object? Evaluate(CelVariables variables) => selection.Exists(variables);
}

internal sealed class CelIndex(CelNode target, CelNode index) : CelNode
{
    public override object? Evaluate(CelVariables variables)
    {
        var at = index.Evaluate(variables);
        return (target.Evaluate(variables), at) switch
        {
            (IReadOnlyDictionary<string, object?> map, string key) => map.TryGetValue(key, out var value) ? value : throw new CelException($"no such key: {key}"),
            (IReadOnlyList<object?> list, long position) => Item(list, position),
            (IReadOnlyList<object?> list, double position) when position == Math.Floor(position) => Item(list, (long)position),
            _ => throw new CelException("no such overload: [] needs a map and a key or a list and a position"),
        };
    }

    private static object? Item(IReadOnlyList<object?> list, long position) =>
        position >= 0 && position < list.Count ? list[(int)position] : throw new CelException($"index out of bounds: {position}");
}

internal sealed class CelConditional(CelNode condition, CelNode then, CelNode otherwise) : CelNode
{
    public override object? Evaluate(CelVariables variables) => condition.Evaluate(variables) is bool holds
        ? (holds ? then : otherwise).Evaluate(variables)
        : throw new CelException("the condition of ?: must be a bool");
}

internal sealed class CelNot(CelNode operand) : CelNode
{
    public override object? Evaluate(CelVariables variables) =>
        operand.Evaluate(variables) is bool value ? !value : throw new CelException("no such overload: ! needs a bool");
}

internal sealed class CelNegation(CelNode operand) : CelNode
{
    public override object? Evaluate(CelVariables variables) => operand.Evaluate(variables) switch
    {
        long and not long.MinValue and var number => (object)-number,
        double number => -number,
        _ => throw new CelException("no such overload: - needs a number"),
    };
}

/// <summary>
/// <c>&amp;&amp;</c> and <c>||</c>: when one side decides, an error on the other does not matter, whichever comes first.
/// </summary>
internal sealed class CelLogical(CelNode left, CelNode right, bool decides) : CelNode
{
    public override object? Evaluate(CelVariables variables)
    {
        CelException? failure = null;
        foreach (var side in (ReadOnlySpan<CelNode>)[left, right])
        {
            try
            {
                if (side.Evaluate(variables) is not bool value) failure ??= new CelException($"no such overload: {(decides ? "||" : "&&")} needs bools");
                else if (value == decides) return decides;
            }
            catch (CelException failed)
            {
                failure ??= failed;
            }
        }

        return failure is null ? !decides : throw failure;
    }
}
