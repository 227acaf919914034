using System.Net;
using System.Security.Cryptography;
using System.Text;
using StocksDapr.Contracts;
using StocksDapr.ServiceDefaults;

namespace StocksDapr.Gateway.Access;

/// <summary>
/// Whoever can read the runner's key file on this machine is its administrator: the key, shown from the loopback address, is as good as an
/// administrator's token. Where the secret store has no such key, as in a cluster, nobody is let in this way.
/// </summary>
internal sealed class LocalAdministrator(SecretReader secrets) : BackgroundService
{
    private const int MinKeyLength = 32;
    private const int MaxKeyLength = 256;

    private byte[]? _keyHash;

    public bool Accepts(ReadOnlySpan<char> text, IPAddress? from)
    {
        if (_keyHash is not { } expected || text.Length > MaxKeyLength || from is null || !IPAddress.IsLoopback(from))
            return false;

        Span<byte> utf8 = stackalloc byte[MaxKeyLength * 3];
        Span<byte> actual = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(utf8[..Encoding.UTF8.GetBytes(text, utf8)], actual);
        return CryptographicOperations.FixedTimeEquals(actual, expected);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (await secrets.TryReadAsync(Components.LocalAdministratorSecret, stoppingToken) is { Length: >= MinKeyLength and <= MaxKeyLength } key)
            _keyHash = SHA256.HashData(Encoding.UTF8.GetBytes(key));
    }
}
