using System.Globalization;
using StocksDapr.Sidecar.Go;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.Workflows.Storage;

namespace StocksDapr.Sidecar.State;

/// <summary><c>state.in-memory</c>: one dictionary per sidecar, gone when it stops. Operations of one call are applied together.</summary>
internal sealed class InMemoryStateStore(KeyPrefix prefix, TimeProvider time) : IStateStore, IWorkflowHome
{
    private readonly Dictionary<string, StateEntry> _entries = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private ITimer? _janitor;

    public IReadOnlyList<string> Capabilities { get; } = ["ETAG", "TRANSACTIONAL", "TTL", "DELETE_WITH_PREFIX", "KEYS_LIKE", "ACTOR"];

    public KeyPrefix KeyPrefix { get; } = prefix;

    /// <summary>Entries held, expired ones that are not swept yet included.</summary>
    internal int Count
    {
        get
        {
            lock (_lock) return _entries.Count;
        }
    }

    public static InMemoryStateStore Create(ComponentSpec spec) => new(KeyPrefix.Of(spec), spec.Context.Time);

    public Task InitAsync(CancellationToken cancellationToken)
    {
        _janitor = time.CreateTimer(_ => RemoveExpired(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        return Task.CompletedTask;
    }

    public Task<StateEntry?> GetAsync(string key, CancellationToken cancellationToken)
    {
        lock (_lock) return Task.FromResult(Find(key));
    }

    public Task<IReadOnlyList<BulkEntry>> GetManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        lock (_lock) return Task.FromResult<IReadOnlyList<BulkEntry>>([.. keys.Select(key => new BulkEntry(key, Find(key)))]);
    }

    public Task SetAsync(StateSet request, CancellationToken cancellationToken) => TransactAsync([request], cancellationToken);

    /// <summary>Each for itself: a conflict of one does not keep the others from being written, as in daprd.</summary>
    public async Task SetManyAsync(IReadOnlyList<StateSet> requests, CancellationToken cancellationToken)
    {
        var failures = new List<StateStoreException>();
        foreach (var request in requests)
        {
            try
            {
                await SetAsync(request, cancellationToken);
            }
            catch (StateStoreException failure)
            {
                failures.Add(failure);
            }
        }

        if (failures.Count > 0) throw StateStoreFailures.Join(failures);
    }

    public Task DeleteAsync(StateDelete request, CancellationToken cancellationToken)
    {
        request.Options.Check();
        return TransactAsync([request], cancellationToken);
    }

    /// <summary>The options of a delete are not looked at within a transaction, as in daprd.</summary>
    public Task TransactAsync(IReadOnlyList<StateOperation> operations, CancellationToken cancellationToken)
    {
        var lifetimes = new TimeSpan?[operations.Count];
        for (var i = 0; i < operations.Count; i++)
        {
            if (operations[i] is not StateSet set) continue;
            set.Options.Check();
            lifetimes[i] = Lifetime(set.Ttl);
        }

        lock (_lock)
        {
            // All ETags are looked at before anything changes: either every operation is applied or none.
            foreach (var operation in operations) CheckETag(operation);
            for (var i = 0; i < operations.Count; i++) Apply(operations[i], lifetimes[i]);
        }

        return Task.CompletedTask;
    }

    public IWorkflowStore OpenWorkflows(string app, TimeProvider time, ILogger log) => new MemoryWorkflowStore(time);

    public async ValueTask DisposeAsync()
    {
        if (_janitor is not null) await _janitor.DisposeAsync();
    }

    private void Apply(StateOperation operation, TimeSpan? lifetime)
    {
        if (operation is StateSet set)
        {
            _entries[set.Key] = new StateEntry(set.Value, Guid.NewGuid().ToString(), lifetime is null ? null : time.GetUtcNow() + lifetime);
        }
        else
        {
            _entries.Remove(operation.Key);
        }
    }

    private void CheckETag(StateOperation operation)
    {
        var current = Find(operation.Key);
        if (string.IsNullOrEmpty(operation.ETag))
        {
            if (operation.Options.IsFirstWrite && current is not null) throw new ETagException("item already exists and no etag was passed");
            return;
        }

        if (current is null) throw new ETagException($"state not exist or expired for key={operation.Key}");
        if (current.ETag != operation.ETag)
        {
            throw new ETagException($"state etag not match for key={operation.Key}: current={current.ETag}, expect={operation.ETag}");
        }
    }

    private StateEntry? Find(string key) => _entries.GetValueOrDefault(key) is { } entry && !IsExpired(entry) ? entry : null;

    private bool IsExpired(StateEntry entry) => entry.ExpiresAt < time.GetUtcNow();

    private void RemoveExpired()
    {
        lock (_lock)
        {
            foreach (var (key, entry) in _entries)
            {
                if (IsExpired(entry)) _entries.Remove(key);
            }
        }
    }

    /// <summary>This store takes every negative number for "no expiry".</summary>
    private static TimeSpan? Lifetime(string? ttl)
    {
        if (string.IsNullOrEmpty(ttl)) return null;
        if (!long.TryParse(ttl, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds))
        {
            throw new StateStoreException($"strconv.Atoi: parsing {GoFormat.Quote(ttl)}: {GoNumber.ParseProblem(ttl)}");
        }

        // Go counts in nanoseconds and lets them overflow; then the entry may be expired from the start.
        return seconds <= 0 ? null : TimeSpan.FromTicks(unchecked(seconds * 1_000_000_000) / 100);
    }
}
