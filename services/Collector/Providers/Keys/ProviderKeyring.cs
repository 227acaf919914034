using StocksDapr.Collector.Providers.Health;

namespace StocksDapr.Collector.Providers.Keys;

/// <summary>
/// The keys of one provider, what may be spent with them, and whether the provider is asked at all. What has been spent is kept in the state store, for all replicas
/// together; a vendor that wants no key and sets no limit needs no such book.
/// </summary>
internal sealed class ProviderKeyring : IProviderKeys, IDisposable
{
    /// <summary>How long a caller is held before it is told to come again.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(75);

    private static readonly TimeSpan PatienceForKeys = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _time;
    private readonly TaskCompletionSource _firstKeys = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LedgerPump _pump;
    private IReadOnlyList<ProviderKey>? _keys;

    public ProviderKeyring(KeyringTerms terms, IProviderState state, TimeProvider time, ILogger logger, Random? random = null)
    {
        (Terms, _time) = (terms, time);
        Health = new ProviderHealth(terms.Provider, terms.Pauses, state, time);
        Budget = new KeyBudget(terms.Limits, terms.Timeout);
        _keys = terms.KeySecret is null ? [ProviderKey.None] : null;
        _pump = new LedgerPump(terms.Provider, Budget, () => Keys ?? [], Health.Circuit, state, time, random ?? Random.Shared, logger);
    }

    public KeyringTerms Terms { get; }

    public KeyBudget Budget { get; }

    public ProviderHealth Health { get; }

    /// <summary>The keys that there are; null while nobody knows.</summary>
    public IReadOnlyList<ProviderKey>? Keys => Volatile.Read(ref _keys);

    /// <summary>The shared ledger as it was last seen; null for a provider that needs none.</summary>
    public ProviderLedger? Ledger => HasLedger ? _pump.Seen : null;

    /// <summary>Why nothing can be granted now, whatever the budget; null when something can.</summary>
    public string? Trouble => HasLedger ? _pump.Trouble : null;

    public int? LargestRequest => Terms.Limits.LargestRequest;

    /// <summary>Whether there is a key that the vendor has not refused, as far as is known.</summary>
    public bool HasAcceptedKey => Keys is { } keys && keys.Any(key => Ledger?.Of(key.Fingerprint).RefusedUntil is not { } until || until <= _time.GetUtcNow());

    public bool HasKey => Terms.Enabled && Keys is { Count: > 0 };

    private bool HasLedger => Terms.KeySecret is not null || Terms.Limits != KeyLimits.None;

    public void SetKeys(IReadOnlyList<ProviderKey> keys)
    {
        Volatile.Write(ref _keys, keys);
        _firstKeys.TrySetResult();
    }

    /// <summary>Does the work behind grants and health until it is cancelled.</summary>
    public Task RunAsync(CancellationToken cancellationToken) =>
        HasLedger ? Task.WhenAll(_pump.RunAsync(cancellationToken), Health.RunAsync(cancellationToken)) : Health.RunAsync(cancellationToken);

    /// <summary>Looks at what all replicas share; false when it cannot be read.</summary>
    public async Task<bool> TryLookAsync(CancellationToken cancellationToken)
    {
        var looks = await Task.WhenAll(Health.TryShareAsync(cancellationToken), HasLedger ? _pump.TryLookAsync(cancellationToken) : Task.FromResult(true));
        return looks.All(look => look);
    }

    public async Task<KeyGrant> AcquireAsync(RequestCost cost, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(cost.Credits, 1);
        if (await CannotAskAsync(cost, cancellationToken) is { } error)
            return new KeyGrant(0, null, error) { Cost = cost };

        if (!HasLedger)
            return Health.Circuit.TrySend() ? new KeyGrant(0, null) { Cost = cost, At = _time.GetUtcNow() } : new KeyGrant(0, null, Health.Circuit.Refusal()) { Cost = cost };

        while (true)
        {
            var grant = await _pump.AskAsync(cost, Patience, cancellationToken);

            // Who was held up for long since the grant must not send any more: the vendor would count it later than the book says. It stays spent.
            if (grant.Error is not null || _time.GetUtcNow() - grant.At <= KeyBudget.GrantLife)
                return grant;
        }
    }

    public Task ReportAsync(KeyGrant grant, KeyReport report, CancellationToken cancellationToken)
    {
        if (grant.Error is not null)
            return Task.CompletedTask;

        var now = _time.GetUtcNow();
        Health.Record(report.Error, now - grant.At);

        // By the key itself, not by its place: it may have been taken out of the secret since.
        if (grant.Spend.Length > 0)
            _pump.Report(new SpendReport(ProviderKey.FingerprintOf(grant.Secret), grant.Spend, grant.At, now, report.Error, report.Usage));
        return Task.CompletedTask;
    }

    public bool HasOtherThan(KeyGrant refused)
    {
        var now = _time.GetUtcNow();
        return Ledger is { } ledger && Keys?.Any(key => key.Secret != refused.Secret && ledger.Of(key.Fingerprint).BlockedUntil(now) is null) == true;
    }

    public void Dispose() => Health.Dispose();

    private async Task<ProviderError?> CannotAskAsync(RequestCost cost, CancellationToken cancellationToken)
    {
        if (!Terms.Enabled)
            return new ProviderError(ProviderErrorKind.NotSupported, "The provider is switched off.");
        if (cost.Credits > LargestRequest)
            return new ProviderError(ProviderErrorKind.NotSupported, $"The request costs {cost.Credits} credits, and a key may spend {LargestRequest} at most at once.");
        if (Keys is null)
        {
            await _firstKeys.Task.WaitAsync(PatienceForKeys, _time, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return Keys switch
        {
            null => new ProviderError(ProviderErrorKind.Unavailable, $"The keys (secret {Terms.KeySecret}) could not be read yet.", PatienceForKeys),
            { Count: 0 } => new ProviderError(ProviderErrorKind.NotEntitled, $"There is no key: the secret {Terms.KeySecret} is empty."),
            _ => null,
        };
    }
}
