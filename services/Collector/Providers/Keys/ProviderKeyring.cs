namespace StocksDapr.Collector.Providers.Keys;

/// <summary>The keys of one provider and what may be spent with them.</summary>
internal sealed class ProviderKeyring(KeyringTerms terms, TimeProvider time) : IProviderKeys
{
    private readonly TaskCompletionSource _firstKeys = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IReadOnlyList<ProviderKey>? _keys = terms.KeySecret is null ? [ProviderKey.None] : null;
    private int _next;

    public KeyringTerms Terms => terms;

    /// <summary>The keys that there are; null while nobody knows.</summary>
    public IReadOnlyList<ProviderKey>? Keys => Volatile.Read(ref _keys);

    public int? LargestRequest => terms.Limits.LargestRequest;

    public void SetKeys(IReadOnlyList<ProviderKey> keys)
    {
        Volatile.Write(ref _keys, keys);
        _firstKeys.TrySetResult();
    }

    public async Task<KeyGrant> AcquireAsync(RequestCost cost, CancellationToken cancellationToken)
    {
        if (Keys is null)
            await _firstKeys.Task.WaitAsync(TimeSpan.FromSeconds(10), time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        if (Keys is not { } keys)
            return Refused(new ProviderError(ProviderErrorKind.Unavailable, "The keys could not be read yet.", TimeSpan.FromSeconds(10)));
        if (keys.Count == 0)
            return Refused(new ProviderError(ProviderErrorKind.NotEntitled, $"There is no key: the secret '{terms.KeySecret}' is empty."));
        var key = keys[(Interlocked.Increment(ref _next) & int.MaxValue) % keys.Count];
        return new KeyGrant(key.Number, key.Secret) { Cost = cost };

        KeyGrant Refused(ProviderError error) => new(0, null, error) { Cost = cost };
    }

    public Task ReportAsync(KeyGrant grant, KeyReport report, CancellationToken cancellationToken) => Task.CompletedTask;
}
