using Dapr;
using StocksDapr.Collector.Providers.Health;
using StocksDapr.ServiceDefaults;

namespace StocksDapr.Collector.Providers.Keys;

/// <summary>Works for the keyrings in the background: reads keys from the secret store, again from time to time, so that a key that is added or taken away needs no restart.</summary>
internal sealed class KeyringService(ProviderKeyrings keyrings, ProviderGauges gauges, SecretReader secrets, TimeProvider time, ILogger<KeyringService> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LastWord = TimeSpan.FromSeconds(2);

    private int _stops;

    /// <summary>Held, so that what they show is measured from the start.</summary>
    public ProviderGauges Gauges => gauges;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);

        // A host that is taken down may be stopped once more, when there is nothing left to speak with.
        if (Interlocked.Increment(ref _stops) > 1)
            return;

        // What was seen of providers since the last word about it; whoever starts next begins with that.
        using var limit = new CancellationTokenSource(LastWord, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await Task.WhenAll(keyrings.All.Where(keyring => keyring.Terms.Enabled).Select(keyring => keyring.Health.TryShareAsync(linked.Token)));
        }
        catch (OperationCanceledException)
        {
            // Nobody listens any more.
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(keyrings.All.Where(keyring => keyring.Terms.Enabled).SelectMany(keyring => Works(keyring, stoppingToken)));

    private IEnumerable<Task> Works(ProviderKeyring keyring, CancellationToken cancellationToken)
    {
        yield return keyring.RunAsync(cancellationToken);
        if (keyring.Terms.KeySecret is { } secret)
            yield return ReadKeysAsync(keyring, secret, cancellationToken);
    }

    private async Task ReadKeysAsync(ProviderKeyring keyring, string secret, CancellationToken cancellationToken)
    {
        // Each reason once: a store that does not have a secret may say so for ever.
        string? told = null;
        for (var wait = Soon; ; wait = wait * 2 < Every ? wait * 2 : Every)
        {
            try
            {
                told = TakeOver(keyring, await secrets.AskAsync(secret, cancellationToken), told);
                wait = Every;
            }
            catch (Exception e) when (e is DaprException or HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                if (told != e.Message)
                    logger.KeysNotRead(keyring.Terms.Provider, secret, e.Message);
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
