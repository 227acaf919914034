using StocksDapr.Market;

namespace StocksDapr.Collector.Tracking;

/// <summary>The section <c>Collector:Tracking</c>: what is tracked of the real market.</summary>
internal sealed class TrackingOptions
{
    public const string Section = "Collector:Tracking";

    /// <summary>Whether the stocks of <see cref="UsStocks"/> are tracked without being asked for, once a provider has a key.</summary>
    public bool Default { get; set; } = true;

    /// <summary>The intervals of what is tracked without saying which, separated by commas.</summary>
    public string Intervals { get; set; } = "1d";

    /// <summary>Whether the stocks that are tracked by default are so with their option chains.</summary>
    public bool DefaultOptions { get; set; }

    /// <summary>The most that may be tracked.</summary>
    public int MaxSymbols { get; set; } = 2_000;

    /// <summary><see cref="Intervals"/>, shortest first; null when one of them is not known, or there is none.</summary>
    public IReadOnlyList<Interval>? ReadIntervals()
    {
        var intervals = new HashSet<Interval>();
        foreach (var text in Intervals.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!Interval.TryParse(text, out var interval))
                return null;
            intervals.Add(interval);
        }

        return intervals.Count == 0 ? null : [.. Interval.All.Where(intervals.Contains)];
    }
}
