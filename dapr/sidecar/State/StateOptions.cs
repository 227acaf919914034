namespace StocksDapr.Sidecar.State;

/// <summary>Concurrency (<c>first-write</c>, <c>last-write</c>) and consistency (<c>eventual</c>, <c>strong</c>) of a request; empty or null = the default.</summary>
internal readonly record struct StateOptions(string? Concurrency, string? Consistency)
{
    /// <summary>Without an ETag: write only what is not there yet.</summary>
    public bool IsFirstWrite => Concurrency == "first-write";

    /// <exception cref="StateStoreException">A word that daprd does not know.</exception>
    public void Check()
    {
        if (Consistency is not (null or "" or "strong" or "eventual")) throw new StateStoreException($"unrecognized consistency model '{Consistency}'");
        if (Concurrency is not (null or "" or "first-write" or "last-write")) throw new StateStoreException($"unrecognized concurrency model '{Concurrency}'");
    }
}
