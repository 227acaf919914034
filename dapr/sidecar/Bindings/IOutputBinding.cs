using StocksDapr.Sidecar.Hosting;

namespace StocksDapr.Sidecar.Bindings;

/// <summary>A binding that the application calls.</summary>
internal interface IOutputBinding : IComponent
{
    /// <summary>Operations in the order in which error texts list them; compared with case.</summary>
    IReadOnlyList<string> Operations { get; }

    /// <summary>Does one of the operations; null = nothing to answer (204).</summary>
    /// <exception cref="BindingException">It did not work.</exception>
    Task<BindingAnswer?> InvokeAsync(BindingRequest request, CancellationToken cancellationToken);
}

/// <summary>A call of an output binding.</summary>
/// <param name="Operation">Name of the operation.</param>
/// <param name="Data">The data in Go's JSON; text is still in its quotes, and absent data is <c>null</c>.</param>
/// <param name="Metadata">Metadata of the call; names are compared with case.</param>
internal sealed record BindingRequest(string Operation, byte[] Data, IReadOnlyDictionary<string, string> Metadata)
{
    public string Get(string name) => Metadata.GetValueOrDefault(name) ?? "";
}

/// <summary>What a binding answers. Metadata become <c>metadata.*</c> headers.</summary>
internal sealed record BindingAnswer(ReadOnlyMemory<byte> Data)
{
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}

/// <summary>A binding could not do what was asked; the message is what the caller is told.</summary>
internal sealed class BindingException : Exception
{
    public BindingException(string message, BindingAnswer? answer = null) : base(message) => Answer = answer;

    public BindingException(string message, Exception inner) : base(message, inner)
    {
    }

    /// <summary>What was answered in spite of the error; its metadata reach the caller.</summary>
    public BindingAnswer? Answer { get; }
}
