using Microsoft.Extensions.Logging.Abstractions;
using StocksDapr.Collector.Providers.Keys;

namespace StocksDapr.Collector.Tests.Providers.Keys;

/// <summary>A Collector as far as it asks one vendor: a keyring of its own over the state of all, with a clock that may be wrong.</summary>
internal sealed class Replica
{
    private readonly CancellationTokenSource _life = new();

    public Replica(VirtualWorld world, IProviderState state, KeyringTerms terms, string secret, TimeSpan skew)
    {
        Keyring = new ProviderKeyring(terms, state, world.Clock(skew), NullLogger.Instance, world.Random);
        Keyring.SetKeys(ProviderKey.Parse(secret));
        Running = RunAsync();
    }

    public ProviderKeyring Keyring { get; }

    public Task Running { get; }

    public CancellationToken Life => _life.Token;

    /// <summary>As if the process were killed: nothing more is said, read or written.</summary>
    public void Kill() => _life.Cancel();

    private async Task RunAsync()
    {
        try
        {
            await Keyring.RunAsync(_life.Token);
        }
        catch (OperationCanceledException)
        {
            // Killed.
        }
    }
}
