using Dapr.AspNetCore;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Microsoft.AspNetCore.Mvc;

/// <summary>Binds a parameter or property of a controller, of type T or <c>StateEntry&lt;T&gt;</c>, to a value of a state store.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter, AllowMultiple = false, Inherited = true)]
public class FromStateAttribute : Attribute, IBindingSourceMetadata
{
    /// <summary>The state key is the route value of the parameter's own name.</summary>
    public FromStateAttribute(string storeName)
    {
        ArgumentException.ThrowIfNullOrEmpty(storeName);
        StoreName = storeName;
    }

    /// <summary>The state key is the route value that <paramref name="key" /> names.</summary>
    public FromStateAttribute(string storeName, string? key)
        : this(storeName) => Key = key;

    /// <summary>Name of the state store component.</summary>
    public string StoreName { get; }

    /// <summary>Name of the route value that holds the state key; null for the parameter's own name.</summary>
    public string? Key { get; }

    /// <inheritdoc />
    public BindingSource BindingSource => new FromStateBindingSource(StoreName, Key);
}
