using StocksDapr.Sidecar.Resources.Yaml;

namespace StocksDapr.Sidecar.Resources;

/// <summary>A document of a resources folder whose kind is known.</summary>
/// <param name="File">Path of the file.</param>
/// <param name="IsFirst">True when nothing but comments and white space comes before it in its file.</param>
/// <param name="Root">Its content.</param>
internal sealed record ResourceDocument(string File, bool IsFirst, YamlField Root)
{
    /// <summary>The content as JSON, without comments and the like.</summary>
    public string Definition { get; } = Root.Dynamic() ?? "";

    public string ApiVersion { get; } = Root["apiVersion"].Text() ?? "";

    public string Kind { get; } = Root["kind"].Text() ?? "";

    public string Name { get; } = Root["metadata"]["name"].Text() ?? "";

    public string? Namespace { get; } = Root["metadata"]["namespace"].Text();

    public IReadOnlyList<string> Scopes { get; } = Root["scopes"].Texts();
}
