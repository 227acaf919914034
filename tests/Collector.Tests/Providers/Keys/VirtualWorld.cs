using StocksDapr.Support;

namespace StocksDapr.Collector.Tests.Providers.Keys;

/// <summary>
/// Runs asynchronous code on one thread in virtual time: whatever can go on goes on, in order, and when nothing can, the clock jumps to the next timer. So minutes
/// take milliseconds, and the same seed is the same history.
/// </summary>
internal sealed class VirtualWorld : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _ready = new();
    private readonly ManualTimeProvider _time;
    private int _thread;

    public VirtualWorld(int seed, DateTimeOffset start)
    {
        Random = new Random(seed);
        _time = new ManualTimeProvider(start);
    }

    public Random Random { get; }

    /// <summary>The true time, which is the vendor's.</summary>
    public TimeProvider Time => _time;

    public DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>A clock that is wrong by so much.</summary>
    public TimeProvider Clock(TimeSpan skew) => new SkewedTime(_time, skew);

    public TimeSpan Between(double fromSeconds, double toSeconds) => TimeSpan.FromSeconds(fromSeconds + (Random.NextDouble() * (toSeconds - fromSeconds)));

    public Task DelayAsync(TimeSpan wait, CancellationToken cancellationToken = default) => Task.Delay(wait, _time, cancellationToken);

    public void Run(Func<Task> story, TimeSpan atMost)
    {
        var (before, end) = (Current, Now + atMost);
        SetSynchronizationContext(this);
        _thread = Environment.CurrentManagedThreadId;
        try
        {
            var task = story();
            while (!task.IsCompleted)
            {
                if (_ready.TryDequeue(out var work))
                    work.Callback(work.State);
                else if (_time.NextTimer is { } next && next <= end)
                    _time.SetUtcNow(next > Now ? next : Now);
                else
                    throw new TimeoutException($"Not done after {atMost}.");
            }

            task.GetAwaiter().GetResult();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (Environment.CurrentManagedThreadId != _thread)
            throw new InvalidOperationException("Another thread is no part of this world: it would make each run another one.");
        _ready.Enqueue((d, state));
    }

    public override void Send(SendOrPostCallback d, object? state) => d(state);

    public override SynchronizationContext CreateCopy() => this;

    private sealed class SkewedTime(TimeProvider time, TimeSpan skew) : TimeProvider
    {
        public override long TimestampFrequency => time.TimestampFrequency;

        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + skew;

        public override long GetTimestamp() => time.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => time.CreateTimer(callback, state, dueTime, period);
    }
}
