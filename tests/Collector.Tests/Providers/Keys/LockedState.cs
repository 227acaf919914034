using StocksDapr.Collector.Providers.Keys;

namespace StocksDapr.Collector.Tests.Providers.Keys;

/// <summary>A <see cref="SharedState"/> for replicas that run on several threads.</summary>
internal sealed class LockedState(SharedState state) : IProviderState
{
    public async Task<(T? Value, string Version)> ReadAsync<T>(string key, CancellationToken cancellationToken)
        where T : class
    {
        Task<(T?, string)> reading;
        lock (state)
            reading = state.ReadAsync<T>(key, cancellationToken);
        return await reading;
    }

    public async Task<bool> TryWriteAsync<T>(string key, T value, string version, CancellationToken cancellationToken)
        where T : class
    {
        Task<bool> writing;
        lock (state)
            writing = state.TryWriteAsync(key, value, version, cancellationToken);
        return await writing;
    }
}
