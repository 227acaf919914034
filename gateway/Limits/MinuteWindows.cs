using System.Collections.Concurrent;

namespace StocksDapr.Gateway.Limits;

/// <summary>Counts requests per key and minute of the clock. A window of the clock can be told to a caller: it says when the count begins anew.</summary>
internal sealed class MinuteWindows(TimeProvider time)
{
    private const int MaxKeys = 100_000;
    private const int SecondsPerMinute = 60;

    private readonly ConcurrentDictionary<string, Window> _windows = new(StringComparer.Ordinal);

    /// <summary>Counts one request.</summary>
    /// <returns>How many requests the key has made in this minute, this one included, and in how many seconds the minute ends.</returns>
    public (int Count, int SecondsLeft) Count(string key)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var minute = now / SecondsPerMinute;
        if (_windows.Count > MaxKeys)
            _windows.Clear();

        var window = _windows.GetOrAdd(key, static (_, minute) => new Window(minute), minute);
        return (window.Count(minute), (int)(((minute + 1) * SecondsPerMinute) - now));
    }

    private sealed class Window(long minute)
    {
        private readonly Lock _lock = new();
        private long _minute = minute;
        private int _count;

        public int Count(long minute)
        {
            lock (_lock)
            {
                if (_minute != minute)
                {
                    _minute = minute;
                    _count = 0;
                }

                return _count == int.MaxValue ? _count : ++_count;
            }
        }
    }
}
