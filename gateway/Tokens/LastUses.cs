using System.Collections.Concurrent;
using Dapr;
using StocksDapr.Gateway.Accounts;

namespace StocksDapr.Gateway.Tokens;

/// <summary>Remembers when tokens were last used, and writes it down every half minute: exact enough to see which ones are dead.</summary>
internal sealed class LastUses(AccountStore store, TimeProvider time, ILogger<LastUses> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _uses = new(StringComparer.Ordinal);

    public void Note(string tokenId) => _uses[tokenId] = time.GetUtcNow();

    /// <summary>The last use that is not written down yet.</summary>
    public DateTimeOffset? Of(string tokenId) => _uses.TryGetValue(tokenId, out var at) ? at : null;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var (tokenId, at) in _uses)
            {
                try
                {
                    await store.SetLastUseAsync(tokenId, at, stoppingToken);
                    _uses.TryRemove(KeyValuePair.Create(tokenId, at));
                }
                catch (DaprException e)
                {
                    logger.LastUseNotWritten(e.Message);
                    break;
                }
            }
        }
    }
}
