namespace StocksDapr.Sidecar.Hosting;

/// <summary>The component types that this sidecar has, by <c>type/version</c>.</summary>
internal sealed class ComponentTypes
{
    private readonly Dictionary<string, Func<ComponentSpec, IComponent>> _factories = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, IReadOnlyList<string>> _versions = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>All types, in no order.</summary>
    public IEnumerable<string> All => _versions.Keys;

    /// <summary>Registers a type. The first version also answers to an empty version.</summary>
    public ComponentTypes Add(string type, IReadOnlyList<string> versions, Func<ComponentSpec, IComponent> create)
    {
        _versions.Add(type, versions);
        foreach (var version in versions) _factories.Add($"{type}/{version}", create);
        return this;
    }

    /// <summary>The versions of a type; empty when it is not built in.</summary>
    public IReadOnlyList<string> VersionsOf(string type) => _versions.GetValueOrDefault(type) ?? [];

    public Func<ComponentSpec, IComponent>? Find(string type, string version) =>
        _factories.GetValueOrDefault($"{type}/{(version.Length == 0 ? "v1" : version)}");
}
