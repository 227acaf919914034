namespace StocksDapr.Sidecar.Hosting;

/// <summary>The component types that this sidecar has, by <c>type/version</c>.</summary>
internal sealed class ComponentTypes
{
    private readonly Dictionary<string, Func<ComponentSpec, IComponent>> _factories = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _types = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Registers a type. The first version also answers to an empty version.</summary>
    public ComponentTypes Add(string type, IReadOnlyList<string> versions, Func<ComponentSpec, IComponent> create)
    {
        _types.Add(type);
        foreach (var version in versions) _factories.Add($"{type}/{version}", create);
        return this;
    }

    public bool Knows(string type) => _types.Contains(type);

    public Func<ComponentSpec, IComponent>? Find(string type, string version) =>
        _factories.GetValueOrDefault($"{type}/{(version.Length == 0 ? "v1" : version)}");
}
