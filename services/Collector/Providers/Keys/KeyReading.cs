using Dapr;
using StocksDapr.ServiceDefaults;

namespace StocksDapr.Collector.Providers.Keys;

/// <summary>Reads the keys from the secret store, in the background, and again from time to time: a key that is added or taken away needs no restart.</summary>
internal sealed class KeyReading(ProviderKeyrings keyrings, SecretReader secrets, TimeProvider time, ILogger<KeyReading> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(keyrings.All.Where(keyring => keyring.Terms is { Enabled: true, KeySecret: not null }).Select(keyring => WatchAsync(keyring, stoppingToken)));

    private async Task WatchAsync(ProviderKeyring keyring, CancellationToken cancellationToken)
    {
        // Each reason once: a store that does not have a secret may say so for ever.
        string? told = null;
        for (var wait = Soon; ; wait = wait * 2 < Every ? wait * 2 : Every)
        {
            try
            {
                told = TakeOver(keyring, await secrets.AskAsync(keyring.Terms.KeySecret!, cancellationToken), told);
                wait = Every;
            }
            catch (DaprException e)
            {
                if (told != e.Message)
                    logger.KeysNotRead(keyring.Terms.Provider, keyring.Terms.KeySecret!, e.Message);
                told = e.Message;
            }

            await Task.Delay(wait, time, cancellationToken);
        }
    }

    private string TakeOver(ProviderKeyring keyring, string? secret, string? told)
    {
        var keys = ProviderKey.Parse(secret);
        var state = string.Join(' ', keys.Select(key => key.Fingerprint));
        if (told != state)
        {
            keyring.SetKeys(keys);
            logger.KeysRead(keyring.Terms.Provider, keys.Count, keyring.Terms.KeySecret!);
        }

        return state;
    }
}
