namespace StocksDapr.Collector.Providers.Keys;

/// <summary>What the replicas share, each value with a version.</summary>
internal interface IProviderState
{
    /// <summary>A value and its version; null and an empty version where there is none.</summary>
    /// <exception cref="StateUnavailableException">It cannot be read now.</exception>
    Task<(T? Value, string Version)> ReadAsync<T>(string key, CancellationToken cancellationToken)
        where T : class;

    /// <summary>Writes a value if its version is still the one that was read.</summary>
    /// <returns>False when somebody else wrote in between: nothing was written.</returns>
    /// <exception cref="StateUnavailableException">It cannot be written now, or nobody knows whether it was.</exception>
    Task<bool> TryWriteAsync<T>(string key, T value, string version, CancellationToken cancellationToken)
        where T : class;
}

/// <summary>What is shared cannot be read or written now.</summary>
internal sealed class StateUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
