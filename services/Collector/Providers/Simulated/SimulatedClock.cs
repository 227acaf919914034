using StocksDapr.Market;

namespace StocksDapr.Collector.Providers.Simulated;

/// <summary>
/// The clock by which trades are streamed: that of this machine; or, where a closed market is to be played, one that runs through the next session whenever
/// there is none, from its opening on. Since trades follow from their time, the session will bring the same ones when it comes.
/// </summary>
internal sealed class SimulatedClock(TimeProvider time, ExchangeCalendar calendar, bool playsWhenClosed) : TimeProvider
{
    private readonly Lock _gate = new();
    private TimeSpan _ahead;

    public override DateTimeOffset GetUtcNow()
    {
        var now = time.GetUtcNow();
        if (!playsWhenClosed)
            return now;

        lock (_gate)
        {
            if (calendar.TryGetSessionAt(now + _ahead, out _))
                return now + _ahead;

            _ahead = calendar.TryGetSessionAt(now, out _) || Next(now) is not { } next ? TimeSpan.Zero : next.Open - now;
            return now + _ahead;
        }
    }

    public override long TimestampFrequency => time.TimestampFrequency;

    public override long GetTimestamp() => time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => time.CreateTimer(callback, state, dueTime, period);

    private Session? Next(DateTimeOffset now)
    {
        var date = DateOnly.FromDateTime(now.UtcDateTime);
        return calendar.TryGetSession(date, out var today) && today.Open > now ? today : calendar.NextSession(date);
    }
}
