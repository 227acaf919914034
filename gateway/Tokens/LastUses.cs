using System.Collections.Concurrent;
using Dapr;
using StocksDapr.Gateway.Accounts;

namespace StocksDapr.Gateway.Tokens;

/// <summary>Remembers when tokens were last used, and writes it down every half minute: exact enough to see which ones are dead.</summary>
internal sealed class LastUses(AccountStore store, TimeProvider time, ILogger<LastUses> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    /// <summary>For one round of writing; what is left is written in the next one.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _uses = new(StringComparer.Ordinal);

    public void Note(string tokenId) => _uses[tokenId] = time.GetUtcNow();

    /// <summary>The last use that is not written down yet.</summary>
    public DateTimeOffset? Of(string tokenId) => _uses.TryGetValue(tokenId, out var at) ? at : null;

    /// <summary>Nothing is written down any more of a token that is gone.</summary>
    public void Forget(string tokenId) => _uses.TryRemove(tokenId, out _);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await WriteAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await WriteAsync(stoppingToken);
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            foreach (var (tokenId, at) in _uses)
            {
                await store.SetLastUseAsync(tokenId, at, patience.Token);
                _uses.TryRemove(KeyValuePair.Create(tokenId, at));
            }
        }
        catch (DaprException e)
        {
            logger.LastUseNotWritten(e.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LastUseNotWritten("the state store does not answer");
        }
    }
}
