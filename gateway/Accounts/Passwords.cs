using Microsoft.AspNetCore.Identity;

namespace StocksDapr.Gateway.Accounts;

/// <summary>
/// Hashes and checks passwords with ASP.NET Core's PasswordHasher (PBKDF2 with HMAC-SHA-512, 100,000 rounds, a salt each). That costs a core for tens of
/// milliseconds, on purpose; so only half of the cores do it at once, and few may wait for their turn: a flood of passwords must not take the machine from others.
/// </summary>
internal sealed class Passwords : IDisposable
{
    public const int MinLength = 12;
    public const int MaxLength = 128;

    private const int MaxWaiting = 32;

    private readonly PasswordHasher<string> _hasher = new();
    private readonly SemaphoreSlim _turns = new(Math.Max(1, Environment.ProcessorCount / 2));
    private readonly string _nobodysHash;
    private int _waiting;

    public Passwords() => _nobodysHash = _hasher.HashPassword("", Guid.NewGuid().ToString());

    /// <summary>The hash to store; null when too many wait already.</summary>
    public Task<string?> HashAsync(string password, CancellationToken cancellationToken) =>
        InTurnAsync<string?>(() => _hasher.HashPassword("", password), null, cancellationToken);

    /// <summary>Takes as long for an account that does not exist as for one that does. Null when too many wait already.</summary>
    public Task<bool?> VerifyAsync(Account? account, string password, CancellationToken cancellationToken)
    {
        var known = account is { PasswordHash.Length: > 0 } ? account.PasswordHash : null;
        return InTurnAsync<bool?>(
            () => _hasher.VerifyHashedPassword("", known ?? _nobodysHash, password) != PasswordVerificationResult.Failed && known is not null,
            null,
            cancellationToken);
    }

    public void Dispose() => _turns.Dispose();

    private async Task<T> InTurnAsync<T>(Func<T> work, T refused, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _waiting) > MaxWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            return refused;
        }

        try
        {
            await _turns.WaitAsync(cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }

        try
        {
            return await Task.Run(work, CancellationToken.None);
        }
        finally
        {
            _turns.Release();
        }
    }
}
