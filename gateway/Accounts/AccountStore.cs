using System.Text.Json;
using Dapr;
using Dapr.Client;
using StocksDapr.Contracts;
using StocksDapr.Contracts.Json;
using StocksDapr.Gateway.Tokens;

namespace StocksDapr.Gateway.Accounts;

/// <summary>
/// Accounts and tokens in the Dapr state store: <c>account-NAME</c>, <c>token-ID</c>, and <c>accounts</c> with every name. What belongs together
/// changes in one transaction, guarded by the ETag of what was read, so that of two replicas that change the same thing one tries again.
/// </summary>
/// <exception cref="DaprException">Thrown by every method when the state store cannot be asked.</exception>
internal sealed class AccountStore(DaprClient dapr) : IDisposable
{
    private const string DirectoryKey = "accounts";
    private const int Attempts = 6;
    private const int MaxDelayMilliseconds = 20;

    private static readonly StateOptions FirstWrite = new() { Concurrency = ConcurrencyMode.FirstWrite, Consistency = ConsistencyMode.Strong };

    private readonly SemaphoreSlim _changing = new(1);

    public async Task<Account?> FindAsync(string name, CancellationToken cancellationToken) =>
        await dapr.GetStateAsync<Account?>(Components.StateStore, AccountKey(name), ConsistencyMode.Strong, cancellationToken: cancellationToken);

    public async Task<TokenRecord?> FindTokenAsync(string id, CancellationToken cancellationToken) =>
        await dapr.GetStateAsync<TokenRecord?>(Components.StateStore, TokenKey(id), ConsistencyMode.Strong, cancellationToken: cancellationToken);

    public async Task<IReadOnlyList<string>> NamesAsync(CancellationToken cancellationToken) =>
        (await dapr.GetStateAsync<Directory?>(Components.StateStore, DirectoryKey, ConsistencyMode.Strong, cancellationToken: cancellationToken))?.Names ?? [];

    /// <summary>Adds an account, the first one as administrator; null when the name is taken, or when it is not the first one and none may follow.</summary>
    /// <param name="account">The account; what it says of being administrator does not count.</param>
    /// <param name="onlyAsFirst">Whether it may be added as the first one alone.</param>
    public Task<Account?> AddAsync(Account account, bool onlyAsFirst, CancellationToken cancellationToken) =>
        RetryAsync(
            async () =>
            {
                var (directory, etag) = await ReadAsync<Directory>(DirectoryKey, cancellationToken);
                var names = directory?.Names ?? [];
                if (names.Contains(account.Name, StringComparer.Ordinal))
                {
                    // An attempt before this one may have been carried out although its answer was lost: the salted hash is ours alone.
                    return await FindAsync(account.Name, cancellationToken) is { } stored && stored.PasswordHash == account.PasswordHash ? stored : null;
                }

                if (onlyAsFirst && names.Count > 0)
                    return null;

                var added = account with { IsAdministrator = names.Count == 0 };
                await WriteAsync([Upsert(DirectoryKey, new Directory([.. names, added.Name]), etag), Upsert(AccountKey(added.Name), added, "")], cancellationToken);
                return added;
            },
            cancellationToken);

    /// <summary>Adds a token to its account; false when the account is gone or has as many as it may have.</summary>
    public Task<bool> AddTokenAsync(TokenRecord token, CancellationToken cancellationToken) =>
        RetryAsync(
            async () =>
            {
                var (account, etag) = await ReadAsync<Account>(AccountKey(token.Account), cancellationToken);
                if (account?.TokenIds.Contains(token.Id, StringComparer.Ordinal) == true)
                    return true;
                if (account is null && token.Account == Account.Local)
                    account = new Account(Account.Local, "", IsAdministrator: true, token.CreatedAt, []);
                if (account is null || account.TokenIds.Count >= Account.MaxTokens)
                    return false;

                await WriteAsync(
                    [
                        Upsert(AccountKey(account.Name), account with { TokenIds = [.. account.TokenIds, token.Id] }, etag),
                        Upsert(TokenKey(token.Id), token, ""),
                    ],
                    cancellationToken);
                return true;
            },
            cancellationToken);

    /// <summary>Ends a token; false when the account has no such token.</summary>
    public Task<bool> RemoveTokenAsync(string accountName, string tokenId, CancellationToken cancellationToken) =>
        RetryAsync(
            async () =>
            {
                var (account, etag) = await ReadAsync<Account>(AccountKey(accountName), cancellationToken);
                if (account is null || !account.TokenIds.Contains(tokenId, StringComparer.Ordinal))
                    return false;

                await WriteAsync(
                    [
                        Upsert(AccountKey(account.Name), account with { TokenIds = [.. account.TokenIds.Where(id => id != tokenId)] }, etag),
                        new StateTransactionRequest(TokenKey(tokenId), null, StateOperationType.Delete),
                        new StateTransactionRequest(LastUseKey(tokenId), null, StateOperationType.Delete),
                    ],
                    cancellationToken);
                return true;
            },
            cancellationToken);

    /// <summary>The tokens of an account with the time of their last use, in the order in which they were made.</summary>
    public async Task<IReadOnlyList<(TokenRecord Token, DateTimeOffset? LastUsedAt)>> TokensOfAsync(Account account, CancellationToken cancellationToken)
    {
        if (account.TokenIds.Count == 0)
            return [];

        var tokens = await dapr.GetBulkStateAsync<TokenRecord?>(
            Components.StateStore, [.. account.TokenIds.Select(TokenKey)], parallelism: null, cancellationToken: cancellationToken);
        var uses = await dapr.GetBulkStateAsync<LastUse?>(
            Components.StateStore, [.. account.TokenIds.Select(LastUseKey)], parallelism: null, cancellationToken: cancellationToken);
        var useByKey = uses.Where(use => use.Value is not null).ToDictionary(use => use.Key, use => use.Value!.At, StringComparer.Ordinal);
        return
        [
            .. tokens.Select(item => item.Value).OfType<TokenRecord>().OrderBy(token => token.CreatedAt)
                .Select(token => (token, useByKey.TryGetValue(LastUseKey(token.Id), out var at) ? at : (DateTimeOffset?)null)),
        ];
    }

    /// <summary>Remembers when a token was last used.</summary>
    public Task SetLastUseAsync(string tokenId, DateTimeOffset at, CancellationToken cancellationToken) =>
        dapr.SaveStateAsync(Components.StateStore, LastUseKey(tokenId), new LastUse(at), cancellationToken: cancellationToken);

    public void Dispose() => _changing.Dispose();

    private static string AccountKey(string name) => $"account-{name}";

    private static string TokenKey(string id) => $"token-{id}";

    private static string LastUseKey(string tokenId) => $"token-use-{tokenId}";

    private async Task<(T? Value, string ETag)> ReadAsync<T>(string key, CancellationToken cancellationToken)
        where T : class
    {
        var (value, etag) = await dapr.GetStateAndETagAsync<T?>(Components.StateStore, key, ConsistencyMode.Strong, cancellationToken: cancellationToken);
        return (value, etag);
    }

    private Task WriteAsync(IReadOnlyList<StateTransactionRequest> operations, CancellationToken cancellationToken) =>
        dapr.ExecuteStateTransactionAsync(Components.StateStore, operations, cancellationToken: cancellationToken);

    private static StateTransactionRequest Upsert<T>(string key, T value, string etag) =>
        new(key, JsonSerializer.SerializeToUtf8Bytes(value, ContractsJson.Options), StateOperationType.Upsert, etag.Length > 0 ? etag : null, options: FirstWrite);

    /// <summary>
    /// Dapr answers a transaction that lost against another one like any other failure, so the change is worked out anew a few times. Changes of this
    /// replica go one after the other; only other replicas can get in between.
    /// </summary>
    private async Task<T> RetryAsync<T>(Func<Task<T>> change, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken);
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    return await change();
                }
                catch (DaprException) when (attempt < Attempts)
                {
                    // Read again and decide again, at a moment that differs from the other replica's; the last attempt's failure is the caller's.
                    await Task.Delay(Random.Shared.Next(attempt * MaxDelayMilliseconds), cancellationToken);
                }
            }
        }
        finally
        {
            _changing.Release();
        }
    }

    private sealed record Directory(IReadOnlyList<string> Names);

    private sealed record LastUse(DateTimeOffset At);
}
