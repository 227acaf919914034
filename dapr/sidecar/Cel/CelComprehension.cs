namespace StocksDapr.Sidecar.Cel;

/// <summary>The macros over a list, or over the keys of a map: <c>all</c>, <c>exists</c>, <c>exists_one</c>, <c>filter</c>, <c>map</c>.</summary>
internal sealed class CelComprehension(string macro, CelNode target, string variable, CelNode body) : CelNode
{
    public static bool IsMacro(string name) => name is "all" or "exists" or "exists_one" or "filter" or "map";

    public override object? Evaluate(CelVariables variables)
    {
        var items = target.Evaluate(variables) switch
        {
            IReadOnlyList<object?> list => list,
            IReadOnlyDictionary<string, object?> map => [.. map.Keys],
            _ => throw new CelException($"no such overload: {macro}() needs a list or a map"),
        };
        return macro switch
        {
            "all" => !Decides(items, variables, false),
            "exists" => Decides(items, variables, true),
            "exists_one" => items.Count(item => Holds(item, variables)) == 1,
            "filter" => items.Where(item => Holds(item, variables)).ToArray(),
            _ => items.Select(item => body.Evaluate(variables.With(variable, item))).ToArray(),
        };
    }

    // As with && and ||, an item that decides makes the errors of others irrelevant.
    private bool Decides(IReadOnlyList<object?> items, CelVariables variables, bool wanted)
    {
        CelException? failure = null;
        foreach (var item in items)
        {
            try
            {
                if (Holds(item, variables) == wanted) return true;
            }
            catch (CelException failed)
            {
                failure ??= failed;
            }
        }

        return failure is null ? false : throw failure;
    }

    private bool Holds(object? item, CelVariables variables) => body.Evaluate(variables.With(variable, item)) is bool holds
        ? holds
        : throw new CelException($"no such overload: {macro}() needs a condition");
}
