using System.Collections.Concurrent;
using StocksDapr.Gateway.Accounts;

namespace StocksDapr.Gateway.Tokens;

/// <summary>
/// Finds the record behind a token's text. What the state store said is used for less than <see cref="Freshness"/>, so that a revoked token
/// ends within a second on every replica; ids that do not exist are remembered as long, so that guessing costs the store little.
/// </summary>
internal sealed class TokenValidator(AccountStore store, TimeProvider time)
{
    /// <summary>How old an answer of the state store may be.</summary>
    public static readonly TimeSpan Freshness = TimeSpan.FromMilliseconds(900);

    private const int MaxEntries = 100_000;

    private readonly ConcurrentDictionary<string, Lazy<Task<Entry>>> _entries = new(StringComparer.Ordinal);

    /// <summary>Null for a token that is unknown, revoked or expired.</summary>
    /// <exception cref="Dapr.DaprException">The state store cannot be asked: the token is neither valid nor invalid.</exception>
    public async ValueTask<TokenRecord?> ValidateAsync(string text, CancellationToken cancellationToken)
    {
        if (AccessToken.IdOf(text) is not { } id)
            return null;

        var entry = await FindAsync(id).WaitAsync(cancellationToken);
        return entry.Token is { } token
            && AccessToken.Matches(text, token.Hash)
            && (token.ExpiresAt is not { } expiry || expiry > time.GetUtcNow())
            ? token
            : null;
    }

    /// <summary>Forgets what is known about a token, for the replica on which it is revoked.</summary>
    public void Forget(string id) => _entries.TryRemove(id, out _);

    private Task<Entry> FindAsync(string id)
    {
        if (_entries.TryGetValue(id, out var known) && IsUsable(known.Value))
            return known.Value;

        if (_entries.Count > MaxEntries)
            _entries.Clear();

        // One question at a time per id, however many requests wait for its answer. It is not bound to the request that asks first.
        var asked = new Lazy<Task<Entry>>(() => AskAsync(id));
        return known is null
            ? _entries.GetOrAdd(id, asked).Value
            : _entries.TryUpdate(id, asked, known) ? asked.Value : _entries.GetOrAdd(id, asked).Value;
    }

    /// <summary>A question under way is waited for; an answer is used while it is fresh; a failure is never kept.</summary>
    private bool IsUsable(Task<Entry> task) =>
        !task.IsCompleted || (task.IsCompletedSuccessfully && time.GetElapsedTime(task.Result.AskedAt) < Freshness);

    private async Task<Entry> AskAsync(string id)
    {
        var askedAt = time.GetTimestamp();
        return new Entry(await store.FindTokenAsync(id, CancellationToken.None), askedAt);
    }

    private sealed record Entry(TokenRecord? Token, long AskedAt);
}
