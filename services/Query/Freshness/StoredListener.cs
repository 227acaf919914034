using Microsoft.Extensions.Options;
using Npgsql;
using StocksDapr.Query.Bars.Caching;
using StocksDapr.Query.Storage;
using StocksDapr.Query.Streams;

namespace StocksDapr.Query.Freshness;

/// <summary>
/// Listens for stored bars, and for news of the stream, on a connection of its own. The cache is on exactly while this connection is known to live: it goes on after
/// <c>LISTEN</c> has been committed (what commits later is announced) and off when the connection breaks or a heartbeat, sent through
/// another connection, does not come back.
/// </summary>
internal sealed class StoredListener(
    MarketDatabase database, BarCache cache, Fence fence, StreamSignal stream, QueryMetrics metrics, IOptions<QueryOptions> options, TimeProvider time, ILogger<StoredListener> logger)
    : BackgroundService
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(5);

    private readonly TimeSpan _heartbeat = TimeSpan.FromSeconds(options.Value.HeartbeatSeconds);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var retry = FirstRetry;
        while (!stoppingToken.IsCancellationRequested)
        {
            string reason;
            try
            {
                await ListenAsync(() => retry = FirstRetry, stoppingToken);
                reason = "a heartbeat did not come back";
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is NpgsqlException or InvalidOperationException or IOException or System.Net.Sockets.SocketException or OperationCanceledException)
            {
                reason = e.Message;
            }

            cache.TurnOff();
            fence.Release();
            stream.Pulse();
            metrics.ListenLost();
            Log.ListenLost(logger, reason, retry.TotalSeconds);
            await Task.Delay(retry, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            retry = TimeSpan.FromTicks(Math.Min(retry.Ticks * 2, LastRetry.Ticks));
        }

        cache.TurnOff();
    }

    /// <summary>Returns when the cache was turned off because a fence or heartbeat did not come back; throws when the connection breaks.</summary>
    private async Task ListenAsync(Action established, CancellationToken stoppingToken)
    {
        await using var connection = await database.OpenDedicatedAsync(stoppingToken);
        connection.Notification += OnNotification;
        await using (var listen = new NpgsqlCommand($"LISTEN {StoredNotification.Channel}; LISTEN {Fence.Channel}; LISTEN {StreamSql.Channel}", connection))
            await listen.ExecuteNonQueryAsync(stoppingToken);
        cache.TurnOn();
        established();
        Log.Listening(logger);

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var heart = BeatAsync(ending.Token);
        try
        {
            while (!heart.IsCompleted)
                await WaitAsync(connection, heart, ending.Token);
            await heart;
        }
        finally
        {
            await ending.CancelAsync();
            await heart.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            connection.Notification -= OnNotification;
        }
    }

    private static async Task WaitAsync(NpgsqlConnection connection, Task heart, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var waiting = connection.WaitAsync(either.Token);
        if (await Task.WhenAny(waiting, heart) == waiting)
        {
            await waiting;
            return;
        }

        await either.CancelAsync();
        await waiting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Ends when the cache has gone off, or faults when the database cannot be asked.</summary>
    private async Task BeatAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(_heartbeat, time);
        while (cache.IsOn && await timer.WaitForNextTickAsync(cancellationToken))
            await fence.PassAsync(cancellationToken);
    }

    private void OnNotification(object sender, NpgsqlNotificationEventArgs notification)
    {
        if (notification.Channel == Fence.Channel)
        {
            fence.Returned(notification.Payload);
        }
        else if (notification.Channel == StreamSql.Channel)
        {
            stream.Pulse();
        }
        else if (StoredNotification.TryParse(notification.Payload, out var stored))
        {
            cache.Invalidate(stored.Symbol, stored.Interval, stored.From, stored.To);
        }
        else
        {
            Log.UnreadableNotification(logger, notification.Payload.Length);
            cache.Clear();
        }
    }
}
