namespace Dapr.Client;

/// <summary>The answer of an output binding.</summary>
public sealed class BindingResponse(BindingRequest request, ReadOnlyMemory<byte> data, IReadOnlyDictionary<string, string> metadata)
{
    /// <summary>What was asked.</summary>
    public BindingRequest Request { get; } = request ?? throw new ArgumentNullException(nameof(request));

    /// <summary>What the binding answered; empty when nothing.</summary>
    public ReadOnlyMemory<byte> Data { get; } = data;

    /// <summary>What the binding adds. Names come as HTTP headers, so their case is not kept and does not matter.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; } = metadata ?? throw new ArgumentNullException(nameof(metadata));
}
