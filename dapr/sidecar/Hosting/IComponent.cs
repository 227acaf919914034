using StocksDapr.Sidecar.Resources;

namespace StocksDapr.Sidecar.Hosting;

/// <summary>A loaded component of any kind. Disposed when the sidecar stops, after everything that uses it.</summary>
internal interface IComponent : IAsyncDisposable
{
    /// <summary>Capabilities shown by the metadata endpoint, for example <c>ETAG</c>; empty = the key is left out.</summary>
    IReadOnlyList<string> Capabilities { get; }

    /// <summary>Connects and checks. Thrown exceptions end the sidecar unless the component says <c>ignoreErrors</c>.</summary>
    Task InitAsync(CancellationToken cancellationToken);
}

/// <summary>What a component is made from: its resource, its resolved properties (names without case) and the sidecar around it.</summary>
internal sealed record ComponentSpec(ComponentResource Resource, IReadOnlyDictionary<string, string> Properties, SidecarContext Context)
{
    public string Name => Resource.Name;

    /// <summary>A property's value, or null when it is absent.</summary>
    public string? Get(string property) => Properties.GetValueOrDefault(property);
}
