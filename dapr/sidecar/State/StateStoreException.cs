namespace StocksDapr.Sidecar.State;

/// <summary>A store could not do what was asked; the message is what the caller is told.</summary>
internal class StateStoreException : Exception
{
    public StateStoreException(string message) : base(message)
    {
    }

    public StateStoreException(string message, Exception inner) : base(message, inner)
    {
    }
}

/// <summary>The ETag is not the current one, or the key is not there: a conflict (409).</summary>
internal sealed class ETagException(string? reason = null)
    : StateStoreException(reason is null ? Mismatch : $"{Mismatch}: {reason}")
{
    private const string Mismatch = "possible etag mismatch. error from state store";
}
