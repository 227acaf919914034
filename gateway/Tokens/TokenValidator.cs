using System.Collections.Concurrent;
using Dapr;
using StocksDapr.Gateway.Access;
using StocksDapr.Gateway.Accounts;

namespace StocksDapr.Gateway.Tokens;

/// <summary>
/// Finds the caller behind a token's text. What the state store said is used for less than <see cref="Freshness"/>, so that a revoked token
/// ends within a second on every replica; ids that do not exist are remembered as long, so that guessing costs the store little.
/// </summary>
internal sealed class TokenValidator(AccountStore store, TimeProvider time, ILogger<TokenValidator> logger)
{
    /// <summary>How old an answer of the state store may be, counted from the moment of the question.</summary>
    public static readonly TimeSpan Freshness = TimeSpan.FromMilliseconds(900);

    private const int MaxEntries = 100_000;

    /// <summary>A state store that says nothing for so long is as good as down.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, Lazy<Task<Entry>>> _entries = new(StringComparer.Ordinal);

    /// <summary>Null for a token that is unknown, revoked or expired.</summary>
    /// <exception cref="DaprException">The state store cannot be asked: the token is neither valid nor invalid.</exception>
    public ValueTask<TokenPrincipal?> ValidateAsync(ReadOnlySpan<char> text, CancellationToken cancellationToken)
    {
        if (!AccessToken.IsShaped(text))
            return default;

        var id = AccessToken.IdOf(text);
        if (_entries.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(id, out var known) && IsUsable(known.Value))
        {
            if (known.Value.IsCompletedSuccessfully)
                return new ValueTask<TokenPrincipal?>(Judge(known.Value.Result, text));
        }
        else
        {
            known = Ask(id.ToString(), known);
        }

        return JudgeAsync(known.Value, text.ToString(), cancellationToken);
    }

    /// <summary>Forgets what is known about a token, for the replica on which it is revoked.</summary>
    public void Forget(string id) => _entries.TryRemove(id, out _);

    private async ValueTask<TokenPrincipal?> JudgeAsync(Task<Entry> asking, string text, CancellationToken cancellationToken) =>
        Judge(await asking.WaitAsync(cancellationToken), text);

    private TokenPrincipal? Judge(Entry entry, ReadOnlySpan<char> text) =>
        entry.Caller is { Token: var token } caller
        && AccessToken.Matches(text, token.Hash)
        && (token.ExpiresAt is not { } expiry || expiry > time.GetUtcNow())
            ? caller
            : null;

    /// <summary>One question at a time per id, however many requests wait for its answer. It is not bound to the request that asks first.</summary>
    private Lazy<Task<Entry>> Ask(string id, Lazy<Task<Entry>>? known)
    {
        var asked = new Lazy<Task<Entry>>(() => AskAsync(id));
        if (known is not null)
            return _entries.TryUpdate(id, asked, known) ? asked : _entries.GetOrAdd(id, asked);

        if (_entries.Count > MaxEntries)
            _entries.Clear();
        return _entries.GetOrAdd(id, asked);
    }

    /// <summary>A question under way is waited for; an answer is used while it is fresh; a failure is never kept.</summary>
    private bool IsUsable(Task<Entry> task) =>
        !task.IsCompleted || (task.IsCompletedSuccessfully && time.GetElapsedTime(task.Result.AskedAt) < Freshness);

    private async Task<Entry> AskAsync(string id)
    {
        var askedAt = time.GetTimestamp();
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            var token = await store.FindTokenAsync(id, patience.Token);
            return new Entry(token is null ? null : Caller.FromToken(token, BearerAuthentication.SchemeName), askedAt);
        }
        catch (DaprException e)
        {
            logger.TokenNotChecked(e.Message);
            throw;
        }
        catch (OperationCanceledException e)
        {
            logger.TokenNotChecked("the state store does not answer");
            throw new DaprException("The state store does not answer.", e);
        }
    }

    private sealed record Entry(TokenPrincipal? Caller, long AskedAt);
}
