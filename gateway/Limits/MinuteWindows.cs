using System.Collections.Concurrent;

namespace StocksDapr.Gateway.Limits;

/// <summary>
/// Counts requests per key and minute of the clock. A window of the clock can be told to a caller: it says when the count begins anew. All counts of a
/// minute go with it, so that nothing grows for longer.
/// </summary>
internal sealed class MinuteWindows(TimeProvider time)
{
    private const int MaxKeys = 100_000;
    private const int SecondsPerMinute = 60;

    private volatile Minute _minute = new(0);

    /// <summary>Counts one request.</summary>
    /// <returns>How many requests the key has made in this minute, this one included, and in how many seconds the minute ends.</returns>
    public (int Count, int SecondsLeft) Count(object key)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var number = now / SecondsPerMinute;
        return (Current(number).WindowOf(key).Count(), (int)(((number + 1) * SecondsPerMinute) - now));
    }

    private Minute Current(long number)
    {
        var current = _minute;
        if (current.Number == number)
            return current;

        var next = new Minute(number);
        return Interlocked.CompareExchange(ref _minute, next, current) == current ? next : _minute;
    }

    private sealed class Minute(long number)
    {
        private readonly ConcurrentDictionary<object, Window> _windows = new();

        /// <summary>Keys beyond what is worth remembering share a window: a flood of addresses limits itself.</summary>
        private readonly Window _overflow = new();
        private int _keys;

        public long Number { get; } = number;

        public Window WindowOf(object key)
        {
            if (_windows.TryGetValue(key, out var window))
                return window;
            if (Volatile.Read(ref _keys) >= MaxKeys)
                return _overflow;

            Interlocked.Increment(ref _keys);
            return _windows.GetOrAdd(key, static _ => new Window());
        }
    }

    private sealed class Window
    {
        private int _count;

        // Two thousand million requests of one key in a minute do not happen.
        public int Count() => Interlocked.Increment(ref _count);
    }
}
