using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;

namespace StocksDapr.Gateway.Streams;

/// <summary>
/// What this replica knows of the stream: the latest events in a ring, and how forming bars stand. One follower writes, any number of readers read, each from
/// its own place: nothing is queued per reader, and a slow one costs nothing but that it falls behind.
/// </summary>
internal sealed class StreamHub(IOptions<StreamOptions> options)
{
    private readonly Lock _gate = new();
    private readonly StreamFrame[] _ring = new StreamFrame[options.Value.KeptEvents];
    private readonly Dictionary<BarKey, StreamFrame> _forming = [];
    private volatile TaskCompletionSource _news = NewSignal();
    private string? _epoch;
    private int _era;
    private long _next;
    private long _first;
    private long _floor;
    private long _through;

    /// <summary>Completes when there is something new, and now and then; to be taken before the read whose sequel is waited for.</summary>
    public Task News => _news.Task;

    /// <summary>How far the stream is known; null before anything is.</summary>
    public StreamPosition? Position
    {
        get
        {
            lock (_gate)
                return _epoch is null ? null : new StreamPosition(_epoch, _through);
        }
    }

    public void Wake() => Interlocked.Exchange(ref _news, NewSignal()).TrySetResult();

    /// <summary>Begins anew: what was known before has no sequel. Readers are told.</summary>
    public void Begin(StreamPage page)
    {
        lock (_gate)
        {
            _era++;
            _epoch = page.Epoch;
            Array.Clear(_ring);
            _forming.Clear();
            _first = _next;
            _floor = _through = page.Through;
            foreach (var frame in page.Frames.Where(frame => frame.Kind == StreamKind.Forming))
                _forming[frame.Key] = frame;
        }

        Wake();
    }

    /// <summary>Adds what follows.</summary>
    public void Publish(StreamPage page)
    {
        lock (_gate)
        {
            foreach (var frame in page.Frames)
            {
                if (frame.Number > _through)
                    Add(frame);
            }

            _through = Math.Max(_through, page.Through);
        }

        if (page.Frames.Count > 0)
            Wake();
    }

    /// <summary>Forgets bars that have ended, and those that are forming, which nobody has said anything about since an instant.</summary>
    public void Forget(DateTimeOffset endedBefore, DateTimeOffset formingBefore)
    {
        lock (_gate)
        {
            foreach (var (key, frame) in _forming)
            {
                if (frame.RecordedAt < (frame.HasEnded ? endedBefore : formingBefore))
                    _forming.Remove(key);
            }
        }
    }

    /// <summary>A reader's place at the end of what is known, and the forming bars at that moment.</summary>
    public StreamCursor Join(StreamSubscription subscription, out List<StreamFrame> forming)
    {
        lock (_gate)
        {
            forming = [.. _forming.Values.Where(frame => subscription.Covers(frame.Key)).OrderBy(frame => frame.Number)];
            return new StreamCursor(_era, _epoch!, _next, _through);
        }
    }

    /// <summary>A reader's place right after a position; false when what follows it is not, or not any more, in memory.</summary>
    /// <param name="after">The position.</param>
    /// <param name="isConfirmed">Query has said that there is such a position. It may be ahead of this replica, by a moment, or until there is news: of forming bars nothing remains.</param>
    /// <param name="cursor">The place.</param>
    public bool TryResume(StreamPosition after, bool isConfirmed, [NotNullWhen(true)] out StreamCursor? cursor)
    {
        lock (_gate)
        {
            cursor = null;
            if (after.Epoch != _epoch || after.Number < _floor || (after.Number > _through && !isConfirmed))
                return false;

            var (low, high) = (_first, _next);
            while (low < high)
            {
                var middle = low + ((high - low) / 2);
                if (At(middle).Number <= after.Number)
                    low = middle + 1;
                else
                    high = middle;
            }

            cursor = new StreamCursor(_era, _epoch, low, after.Number);
            return true;
        }
    }

    /// <summary>Hands over what follows a reader's place, and moves it on.</summary>
    public StreamReading Read(StreamCursor cursor, StreamSubscription subscription, List<StreamFrame> frames, int max)
    {
        lock (_gate)
        {
            if (cursor.Era != _era)
                return StreamReading.Reset;
            if (cursor.Index < _first)
                return StreamReading.TooSlow;

            while (cursor.Index < _next && frames.Count < max)
            {
                var frame = At(cursor.Index++);
                if (frame.Number > cursor.Through && !frame.IsSuperseded && subscription.Covers(frame.Key))
                    frames.Add(frame);
            }

            if (cursor.Index == _next)
                cursor.Through = Math.Max(cursor.Through, _through);
            return frames.Count == 0 ? StreamReading.Nothing : StreamReading.Some;
        }
    }

    private void Add(StreamFrame frame)
    {
        switch (frame.Kind)
        {
            case StreamKind.Forming:
                if (_forming.TryGetValue(frame.Key, out var before))
                    before.Supersede();
                _forming[frame.Key] = frame;
                break;
            case StreamKind.Range:
                foreach (var key in _forming.Keys.Where(frame.IsRangeOf))
                    End(key);
                break;
            default:
                End(frame.Key);
                break;
        }

        if (_next - _first == _ring.Length)
            _floor = At(_first++).Number;
        _ring[_next++ % _ring.Length] = frame;
        _through = frame.Number;
    }

    private void End(in BarKey key)
    {
        if (_forming.Remove(key, out var forming))
            forming.Supersede();
    }

    private StreamFrame At(long index) => _ring[index % _ring.Length];

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>Where a reader is. Only its own connection moves it.</summary>
internal sealed class StreamCursor(int era, string epoch, long index, long through)
{
    public int Era => era;

    public string Epoch => epoch;

    public long Index { get; set; } = index;

    /// <summary>The position up to which the reader knows everything.</summary>
    public long Through { get; set; } = through;
}

/// <summary>The outcome of a read.</summary>
internal enum StreamReading
{
    Nothing,
    Some,

    /// <summary>What follows the reader's place has left the memory.</summary>
    TooSlow,

    /// <summary>The stream has begun anew.</summary>
    Reset,
}
