using System.Collections.Concurrent;
using StocksDapr.Sidecar.Resources;

namespace StocksDapr.Sidecar.Hosting;

/// <summary>The components that are loaded in one sidecar, in load order.</summary>
internal sealed class ComponentRegistry
{
    private readonly ConcurrentDictionary<string, LoadedComponent> _byName = new(StringComparer.Ordinal);
    private readonly List<LoadedComponent> _inOrder = [];

    /// <summary>All loaded components, in load order.</summary>
    public IReadOnlyList<LoadedComponent> All
    {
        get
        {
            lock (_inOrder) return [.. _inOrder];
        }
    }

    /// <summary>The component of that name and kind (an interface such as IStateStore); null when there is none.</summary>
    public T? Find<T>(string name) where T : class, IComponent =>
        _byName.TryGetValue(name, out var loaded) ? loaded.Instance as T : null;

    /// <summary>All components of a kind, with their names.</summary>
    public IEnumerable<KeyValuePair<string, T>> OfKind<T>() where T : class, IComponent =>
        All.Where(loaded => loaded.Instance is T).Select(loaded => KeyValuePair.Create(loaded.Resource.Name, (T)loaded.Instance));

    public bool Any<T>() where T : class, IComponent => OfKind<T>().Any();

    /// <summary>The resolved properties of a component.</summary>
    public IReadOnlyDictionary<string, string> PropertiesOf(string name) =>
        _byName.TryGetValue(name, out var loaded) ? loaded.Properties : new Dictionary<string, string>();

    /// <summary>Grows with every change after the start.</summary>
    public int Version { get; private set; }

    public void Add(ComponentResource resource, IReadOnlyDictionary<string, string> properties, IComponent instance)
    {
        var loaded = new LoadedComponent(resource, properties, instance);
        if (!_byName.TryAdd(resource.Name, loaded)) throw new SidecarStartException($"component {resource.Name} is defined twice");
        lock (_inOrder) _inOrder.Add(loaded);
    }

    /// <summary>Puts a component in the place of the one of the same name, or at the end.</summary>
    public void Put(LoadedComponent component)
    {
        lock (_inOrder)
        {
            var at = _inOrder.FindIndex(other => other.Resource.Name == component.Resource.Name);
            if (at < 0) _inOrder.Add(component);
            else _inOrder[at] = component;
            _byName[component.Resource.Name] = component;
            Version++;
        }
    }

    public void Remove(string name)
    {
        lock (_inOrder)
        {
            _inOrder.RemoveAll(component => component.Resource.Name == name);
            _byName.TryRemove(name, out _);
            Version++;
        }
    }
}

/// <summary>A component, the resource that it was made from, and its resolved properties.</summary>
internal sealed record LoadedComponent(ComponentResource Resource, IReadOnlyDictionary<string, string> Properties, IComponent Instance);
