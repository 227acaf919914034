using Microsoft.AspNetCore.Identity;

namespace StocksDapr.Gateway.Accounts;

/// <summary>Hashes and checks passwords with ASP.NET Core's PasswordHasher (PBKDF2 with HMAC-SHA-512, 100,000 rounds, a salt each).</summary>
internal sealed class Passwords
{
    public const int MinLength = 12;
    public const int MaxLength = 128;

    private readonly PasswordHasher<string> _hasher = new();
    private readonly string _nobodysHash;

    public Passwords() => _nobodysHash = _hasher.HashPassword("", Guid.NewGuid().ToString());

    public string Hash(string password) => _hasher.HashPassword("", password);

    /// <summary>Takes as long for an account that does not exist as for one that does.</summary>
    public bool Verify(Account? account, string password)
    {
        var hash = account is { PasswordHash.Length: > 0 } ? account.PasswordHash : _nobodysHash;
        return _hasher.VerifyHashedPassword("", hash, password) != PasswordVerificationResult.Failed && account is { PasswordHash.Length: > 0 };
    }
}
