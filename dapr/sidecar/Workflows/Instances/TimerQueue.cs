namespace StocksDapr.Sidecar.Workflows.Instances;

/// <summary>Moments at which something is due, of any number of instances. One clock timer serves them all.</summary>
internal sealed class TimerQueue : IAsyncDisposable
{
    /// <summary>Clock timers cannot be set further ahead than 49 days.</summary>
    private static readonly TimeSpan Furthest = TimeSpan.FromDays(30);

    private readonly TimeProvider _time;
    private readonly Action<DueMoment> _due;
    private readonly SortedSet<DueMoment> _moments = [];
    private readonly Lock _lock = new();
    private readonly ITimer _clock;
    private DateTimeOffset _next = DateTimeOffset.MaxValue;

    /// <param name="time">The clock.</param>
    /// <param name="due">Called for each moment when it has come.</param>
    public TimerQueue(TimeProvider time, Action<DueMoment> due)
    {
        (_time, _due) = (time, due);
        _clock = time.CreateTimer(_ => Fire(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Add(DueMoment moment)
    {
        lock (_lock)
        {
            if (_moments.Add(moment) && moment.At < _next) Set(moment.At);
        }
    }

    public void Remove(DueMoment moment)
    {
        lock (_lock) _moments.Remove(moment);
    }

    public void Clear()
    {
        lock (_lock) _moments.Clear();
    }

    public ValueTask DisposeAsync() => _clock.DisposeAsync();

    private void Fire()
    {
        var due = new List<DueMoment>();
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            while (_moments.Count > 0 && _moments.Min is { } first && first.At <= now)
            {
                _moments.Remove(first);
                due.Add(first);
            }

            _next = DateTimeOffset.MaxValue;
            if (_moments.Count > 0) Set(_moments.Min.At);
        }

        foreach (var moment in due) _due(moment);
    }

    private void Set(DateTimeOffset at)
    {
        _next = at;
        var wait = at - _time.GetUtcNow();

        // Rounded up: a clock timer that is a little early would find nothing due.
        _clock.Change(wait <= TimeSpan.Zero ? TimeSpan.Zero : wait > Furthest ? Furthest : wait + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
    }
}

/// <summary>A moment of an instance: one of its timers, or <see cref="Whole"/>, for which it has to be looked at.</summary>
internal readonly record struct DueMoment(DateTimeOffset At, string InstanceId, int TimerId) : IComparable<DueMoment>
{
    /// <summary>Not a timer: the instance itself.</summary>
    public const int Whole = int.MinValue;

    public int CompareTo(DueMoment other)
    {
        var byTime = At.CompareTo(other.At);
        if (byTime != 0) return byTime;
        var byInstance = string.CompareOrdinal(InstanceId, other.InstanceId);
        return byInstance != 0 ? byInstance : TimerId.CompareTo(other.TimerId);
    }

    public static bool operator <(DueMoment left, DueMoment right) => left.CompareTo(right) < 0;

    public static bool operator >(DueMoment left, DueMoment right) => left.CompareTo(right) > 0;

    public static bool operator <=(DueMoment left, DueMoment right) => left.CompareTo(right) <= 0;

    public static bool operator >=(DueMoment left, DueMoment right) => left.CompareTo(right) >= 0;
}
