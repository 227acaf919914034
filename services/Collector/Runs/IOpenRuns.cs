namespace StocksDapr.Collector.Runs;

/// <summary>A run that has not ended, as far as Query knows.</summary>
internal sealed record OpenRun(string Id, DateTimeOffset StartedAt, bool IsPaused);

/// <summary>What Query knows of runs.</summary>
internal interface IOpenRuns
{
    /// <exception cref="Collection.StoredBarsUnknownException">Query cannot be asked.</exception>
    Task<IReadOnlyList<OpenRun>> GetAsync(CancellationToken cancellationToken);

    /// <summary>The state of a run, open or not; null if it is not known.</summary>
    /// <exception cref="Collection.StoredBarsUnknownException">Query cannot be asked.</exception>
    Task<string?> FindStateAsync(string id, CancellationToken cancellationToken);
}
