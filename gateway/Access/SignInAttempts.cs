using System.Collections.Concurrent;
using System.Net;

namespace StocksDapr.Gateway.Access;

/// <summary>Slows down guessing: after ten wrong passwords within a minute for one name from one address, no more are tried for the rest of it.</summary>
internal sealed class SignInAttempts(TimeProvider time)
{
    private const int MaxFailures = 10;
    private const int MaxEntries = 100_000;

    private readonly ConcurrentDictionary<(IPAddress?, string), (long Minute, int Failures)> _failures = new();

    public bool MayTry(IPAddress? from, string name) =>
        !_failures.TryGetValue((from, name), out var seen) || seen.Minute != Minute() || seen.Failures < MaxFailures;

    public void NoteFailure(IPAddress? from, string name)
    {
        if (_failures.Count > MaxEntries)
            _failures.Clear();

        var minute = Minute();
        _failures.AddOrUpdate((from, name), (minute, 1), (_, seen) => seen.Minute == minute ? (minute, seen.Failures + 1) : (minute, 1));
    }

    private long Minute() => time.GetUtcNow().ToUnixTimeSeconds() / 60;
}
