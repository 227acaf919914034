namespace StocksDapr.Sidecar.Cel;

/// <summary>The variables of an evaluation: a chain, innermost first.</summary>
internal sealed class CelVariables
{
    private readonly CelVariables? _outer;
    private readonly string _name;
    private readonly object? _value;

    private CelVariables(CelVariables? outer, string name, object? value)
    {
        _outer = outer;
        _name = name;
        _value = value;
    }

    public object? this[string name] => _name == name ? _value
        : _outer is null ? throw new CelException($"no such attribute: {name}")
        : _outer[name];

    public static CelVariables Of(string name, object? value) => new(null, name, value);

    public CelVariables With(string name, object? value) => new(this, name, value);
}
