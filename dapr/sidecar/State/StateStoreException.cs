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

/// <summary>Several items of one request could not be written; the others were. The message tells all of them.</summary>
internal static class StateStoreFailures
{
    /// <summary>The one exception for them: a conflict when all are conflicts, or when one is, told first.</summary>
    public static StateStoreException Join(IReadOnlyList<StateStoreException> failures)
    {
        ArgumentNullException.ThrowIfNull(failures);
        var all = string.Join('\n', failures.Select(failure => failure.Message));
        if (failures.All(failure => failure is ETagException)) return new ETagException(all);
        return failures.FirstOrDefault(failure => failure is ETagException) ?? new StateStoreException(all);
    }
}
