using System.Collections.Concurrent;
using System.Net;

namespace StocksDapr.Gateway.Access;

/// <summary>
/// Slows down guessing. For one name, ten attempts that do not succeed are allowed per minute from one address, and a hundred from all
/// addresses together. An attempt counts when it begins, so that many at once count as many.
/// </summary>
internal sealed class SignInAttempts(TimeProvider time)
{
    private const int MaxFromAddress = 10;
    private const int MaxOfName = 100;
    private const int SecondsPerMinute = 60;

    private volatile Minute _minute = new(0);

    /// <summary>Seconds until attempts are allowed anew.</summary>
    public static int SecondsLeft(TimeProvider time) => SecondsPerMinute - (int)(time.GetUtcNow().ToUnixTimeSeconds() % SecondsPerMinute);

    /// <summary>Counts an attempt; false when there have been too many.</summary>
    public bool TryBegin(IPAddress? from, string name)
    {
        var attempts = Current().Attempts;
        return attempts.AddOrUpdate((from, name), 1, static (_, count) => count + 1) <= MaxFromAddress
            && attempts.AddOrUpdate((null, name), 1, static (_, count) => count + 1) <= MaxOfName;
    }

    /// <summary>Whoever knows the password was not guessing.</summary>
    public void Succeeded(IPAddress? from, string name)
    {
        var attempts = Current().Attempts;
        attempts.TryRemove((from, name), out _);
        if (attempts.TryGetValue((null, name), out var count) && count > 0)
            attempts.TryUpdate((null, name), count - 1, count);
    }

    /// <summary>A new minute begins with an empty count, which also bounds what is remembered: the rate limit allows few attempts per address and minute.</summary>
    private Minute Current()
    {
        var number = time.GetUtcNow().ToUnixTimeSeconds() / SecondsPerMinute;
        var current = _minute;
        if (current.Number == number)
            return current;

        var next = new Minute(number);
        return Interlocked.CompareExchange(ref _minute, next, current) == current ? next : _minute;
    }

    private sealed class Minute(long number)
    {
        public long Number { get; } = number;

        public ConcurrentDictionary<(IPAddress? From, string Name), int> Attempts { get; } = new();
    }
}
