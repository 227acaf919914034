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
    private byte[]? _keyHash;

    public bool Accepts(string text, IPAddress? from) =>
        _keyHash is { } expected
        && from is not null && IPAddress.IsLoopback(from)
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(text)), expected);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (await secrets.TryReadAsync(Components.LocalAdministratorSecret, stoppingToken) is { Length: >= 32 } key)
            _keyHash = SHA256.HashData(Encoding.UTF8.GetBytes(key));
    }
}
