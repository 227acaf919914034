using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Dapr.AspNetCore;

/// <summary>Says that a value comes from a state store, and from where in it.</summary>
internal sealed class FromStateBindingSource(string storeName, string? key)
    : BindingSource("state", "Dapr state store", isGreedy: true, isFromRequest: false)
{
    public string StoreName { get; } = storeName;

    /// <summary>Name of the route value that holds the state key; null for the parameter's own name.</summary>
    public string? Key { get; } = key;
}
