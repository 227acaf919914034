namespace Dapr.Client;

/// <summary>A call of an output binding.</summary>
/// <param name="bindingName">Name of the binding component.</param>
/// <param name="operation">Operation of the binding, such as <c>create</c>.</param>
public sealed class BindingRequest(string bindingName, string operation)
{
    /// <summary>Name of the binding component.</summary>
    public string BindingName { get; } = bindingName ?? throw new ArgumentNullException(nameof(bindingName));

    /// <summary>Operation of the binding.</summary>
    public string Operation { get; } = operation ?? throw new ArgumentNullException(nameof(operation));

    /// <summary>What to hand over: JSON goes as it is, other bytes as base64 text.</summary>
    public ReadOnlyMemory<byte> Data { get; set; }

    /// <summary>Metadata of the operation.</summary>
    public Dictionary<string, string> Metadata { get; } = [];
}
