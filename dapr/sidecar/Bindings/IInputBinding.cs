using StocksDapr.Sidecar.Hosting;

namespace StocksDapr.Sidecar.Bindings;

/// <summary>A binding that calls the application.</summary>
internal interface IInputBinding : IComponent
{
    /// <summary>Hands over events until it is cancelled. The handler returns at once and never throws: deliveries may overlap.</summary>
    Task ReadAsync(Action<BindingEvent> deliver, CancellationToken cancellationToken);
}

/// <summary>An event for the application.</summary>
/// <param name="Data">Body of the call.</param>
/// <param name="Metadata">Headers of the call.</param>
internal sealed record BindingEvent(ReadOnlyMemory<byte> Data, IReadOnlyDictionary<string, string> Metadata);
