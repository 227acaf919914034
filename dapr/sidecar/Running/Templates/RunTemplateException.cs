namespace StocksDapr.Sidecar.Running.Templates;

/// <summary>The template cannot be run. Holds every problem that was found, each a sentence that says where it is and what would be right.</summary>
internal sealed class RunTemplateException(string file, IReadOnlyList<string> problems)
    : RunFailedException($"{file} cannot be run:\n{string.Join('\n', problems.Select(problem => $"  - {problem}"))}")
{
    public IReadOnlyList<string> Problems { get; } = problems;
}
