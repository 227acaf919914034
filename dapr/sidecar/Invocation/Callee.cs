namespace StocksDapr.Sidecar.Invocation;

/// <summary>An application that can be invoked, or an address outside of the run.</summary>
/// <param name="Id">As the caller named it.</param>
/// <param name="Channel">The way to the application.</param>
/// <param name="Kind">How it is reached.</param>
internal sealed record Callee(string Id, IInvocationChannel Channel, CalleeKind Kind)
{
    /// <summary>Headers that the configuration adds to every request.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];
}

/// <summary>How a callee is reached.</summary>
internal enum CalleeKind
{
    /// <summary>The caller's own application.</summary>
    Self,

    /// <summary>The application of another sidecar of the run.</summary>
    Remote,

    /// <summary>The application of a sidecar in another process of this machine.</summary>
    Peer,

    /// <summary>An address outside.</summary>
    External,
}

/// <summary>An invocation cannot be made; the message is what daprd says behind <c>failed to invoke, id: X, err: </c>.</summary>
internal sealed class InvocationException(string message, int status = StatusCodes.Status500InternalServerError) : Exception(message)
{
    public int Status { get; } = status;
}
