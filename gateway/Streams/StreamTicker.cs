namespace StocksDapr.Gateway.Streams;

/// <summary>Wakes every reader once a second, for its heartbeat and its token, and when the host stops, to say so.</summary>
internal sealed class StreamTicker(StreamHub hub, IHostApplicationLifetime lifetime, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    private const int TicksBetweenTidyings = 30;

    // As long as Writer keeps them.
    private static readonly TimeSpan KeptEnded = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan KeptForming = TimeSpan.FromDays(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var stopping = lifetime.ApplicationStopping.Register(hub.Wake);
        using var timer = new PeriodicTimer(Every, time);
        for (var tick = 0; await timer.WaitForNextTickAsync(stoppingToken); tick++)
        {
            var now = time.GetUtcNow();
            if (tick % TicksBetweenTidyings == 0)
                hub.Forget(now - KeptEnded, now - KeptForming);
            hub.Wake();
        }
    }
}
