namespace StocksDapr.Collector.Providers.Keys;

/// <summary>What all replicas share of one provider's budgets: one value in the state store, changed by whoever has read its newest version.</summary>
internal sealed record ProviderLedger
{
    public static readonly ProviderLedger Empty = new();

    /// <summary>By <see cref="ProviderKey.Fingerprint"/>.</summary>
    public IReadOnlyDictionary<string, KeyLedger> Keys { get; init; } = new Dictionary<string, KeyLedger>();

    /// <summary>Requests that wait in some replica, and those whose callers come again.</summary>
    public IReadOnlyList<WaitingRequest> Waiting { get; init; } = [];

    /// <summary>Until when what waits in a replica counts, UTC, unless the replica says so again: one that died holds up nobody for longer.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> Leases { get; init; } = new Dictionary<string, DateTimeOffset>();

    /// <summary>The newest time at which a replica wrote, by its clock, UTC.</summary>
    public DateTimeOffset ChangedAt { get; init; }

    public KeyLedger Of(string fingerprint) => Keys.GetValueOrDefault(fingerprint) ?? new KeyLedger();

    public ProviderLedger With(string fingerprint, KeyLedger ledger) => this with { Keys = new Dictionary<string, KeyLedger>(Keys) { [fingerprint] = ledger } };
}
