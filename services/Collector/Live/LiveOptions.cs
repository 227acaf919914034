using StocksDapr.Market;

namespace StocksDapr.Collector.Live;

/// <summary>The section <c>Collector:Live</c>: bars that form from streamed trades.</summary>
internal sealed class LiveOptions
{
    public const string Section = "Collector:Live";

    public bool Enabled { get; set; } = true;

    /// <summary>Of which intervals bars are formed, separated by commas; a day at most.</summary>
    public string Intervals { get; set; } = "1min,5min,15min,1d";

    /// <summary>How often what has changed is said: a bar at most once in this time, however many trades it gets.</summary>
    public TimeSpan Every { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long after the end of a bar a trade still belongs to it.</summary>
    public TimeSpan Lateness { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>After how long without a sign of life another replica takes over a stream.</summary>
    public TimeSpan LeaseFor { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>The intervals; null when one of them is not one that can be formed.</summary>
    public IReadOnlyList<Interval>? ReadIntervals()
    {
        var intervals = new List<Interval>();
        foreach (var code in Intervals.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!Interval.TryParse(code, out var interval) || interval.Length > Interval.OneDay.Length)
                return null;
            intervals.Add(interval);
        }

        return [.. intervals.Distinct()];
    }
}
