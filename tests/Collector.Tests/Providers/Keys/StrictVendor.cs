using StocksDapr.Collector.Providers.Keys;

namespace StocksDapr.Collector.Tests.Providers.Keys;

/// <summary>
/// Counts what arrives, by its own clock, and knows nothing of how it was granted. Whether a limit was passed is asked of every way in which a vendor might count.
/// </summary>
internal sealed class StrictVendor(KeyLimits limits)
{
    private readonly List<(string Key, DateTimeOffset At, int Credits)> _arrivals = [];

    public IReadOnlyList<(string Key, DateTimeOffset At, int Credits)> Arrivals => _arrivals;

    public void Arrive(string key, DateTimeOffset at, int credits) => _arrivals.Add((key, at, credits));

    /// <summary>Each time that a limit was passed, in words.</summary>
    public IEnumerable<string> Overruns() => _arrivals.GroupBy(arrival => arrival.Key).SelectMany(OverrunsOf);

    private IEnumerable<string> OverrunsOf(IGrouping<string, (string Key, DateTimeOffset At, int Credits)> key)
    {
        var arrivals = key.OrderBy(arrival => arrival.At).ToList();
        if (limits.CreditsPerMinute is { } minute)
        {
            foreach (var (_, at, _) in arrivals)
            {
                if (Sum(at, TimeSpan.FromMinutes(1)) is var sum && sum > minute)
                    yield return $"{key.Key}: {sum} credits in the minute from {at:O}";
            }

            for (var offset = 0; offset < 60; offset += 5)
            {
                foreach (var window in arrivals.GroupBy(arrival => (arrival.At.UtcTicks - (offset * TimeSpan.TicksPerSecond)) / TimeSpan.TicksPerMinute))
                {
                    if (window.Sum(arrival => arrival.Credits) > minute)
                        yield return $"{key.Key}: a fixed minute that begins {offset} s after the full one";
                }
            }
        }

        if (limits.RequestsPerSecond is { } requests)
        {
            foreach (var (_, at, _) in arrivals)
            {
                if (arrivals.Count(arrival => arrival.At >= at && arrival.At < at + TimeSpan.FromSeconds(1)) is var count && count > requests)
                    yield return $"{key.Key}: {count} requests in the second from {at:O}";
            }
        }

        if (limits.CreditsPerDay is { } day)
        {
            foreach (var window in arrivals.GroupBy(arrival => DateOnly.FromDateTime(arrival.At.UtcDateTime - limits.DayBegins.ToTimeSpan())))
            {
                if (window.Sum(arrival => arrival.Credits) is var sum && sum > day)
                    yield return $"{key.Key}: {sum} credits on {window.Key:O}";
            }
        }

        int Sum(DateTimeOffset from, TimeSpan length) => arrivals.Where(arrival => arrival.At >= from && arrival.At < from + length).Sum(arrival => arrival.Credits);
    }
}
