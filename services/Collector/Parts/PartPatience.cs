using StocksDapr.Collector.Collection;

namespace StocksDapr.Collector.Parts;

/// <summary>
/// How patiently a run asks again. Part of each workflow's input: what a workflow decides must not depend on a setting that changes between
/// two replays.
/// </summary>
/// <param name="RetryAfter">The wait after the first failure; it doubles each time.</param>
/// <param name="AskAgainAfter">How long to wait for the first receipts; it doubles each time.</param>
/// <param name="Attempts">How often in a row a provider may fail.</param>
/// <param name="LongestHold">How long a provider whose budget is spent is waited for before the next one is asked, or the part ends.</param>
internal sealed record PartPatience(TimeSpan RetryAfter, TimeSpan AskAgainAfter, int Attempts, TimeSpan LongestHold)
{
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(5);

    public static PartPatience Of(CollectionOptions options) => new(options.RetryAfter, options.AskAgainAfter, options.Attempts, options.LongestHold);

    /// <summary>How long to wait after an attempt that failed, from 1.</summary>
    public TimeSpan Retry(int attempt) => Growing(RetryAfter, attempt, 2, LongestRetry);

    /// <summary>How long to wait for the receipts of an attempt, from 1, before asking again.</summary>
    public TimeSpan AskAgain(int attempt) => Growing(AskAgainAfter, attempt, 2, TimeSpan.FromHours(1));

    /// <summary>A wait that grows by a factor each time, from 1, up to a day.</summary>
    public static TimeSpan Growing(TimeSpan wait, int times, int factor) => Growing(wait, times, factor, TimeSpan.FromDays(1));

    private static TimeSpan Growing(TimeSpan wait, int times, int factor, TimeSpan longest)
    {
        var ticks = wait.Ticks * Math.Pow(factor, Math.Min(times - 1, 30));
        return ticks < longest.Ticks ? TimeSpan.FromTicks((long)ticks) : longest;
    }
}
