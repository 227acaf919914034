namespace StocksDapr.Sidecar.Cel;

/// <summary>
/// A compiled expression of the Common Expression Language: the part that routing rules and circuit breakers use. Thread-safe.
/// </summary>
internal sealed class CelProgram
{
    private readonly CelNode _root;

    private CelProgram(string source, CelNode root)
    {
        Source = source;
        _root = root;
    }

    public string Source { get; }

    /// <param name="source">The expression.</param>
    /// <param name="variables">Names that it may use.</param>
    /// <exception cref="CelException">It is not valid.</exception>
    public static CelProgram Compile(string source, params IReadOnlyCollection<string> variables) => new(source, new CelParser(source, variables).Parse());

    /// <exception cref="CelException">It cannot be evaluated with these values.</exception>
    public object? Evaluate(CelVariables variables) => _root.Evaluate(variables);
}
