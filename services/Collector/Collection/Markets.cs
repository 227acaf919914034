using StocksDapr.Market;

namespace StocksDapr.Collector.Collection;

/// <summary>
/// The names of the markets; stable for ever, since the ids of runs end in them. What is simulated and what is real never mix: no provider of one is
/// asked for the other.
/// </summary>
internal static class Markets
{
    /// <summary>The fictional companies; also the name of their only provider.</summary>
    public const string Simulated = "simulated";

    /// <summary>The stocks that are tracked.</summary>
    public const string UsStocks = "us-stocks";

    /// <summary>The vendors of real data, as they are asked unless somebody says otherwise: who takes many symbols at once comes first, who has no contract with us last.</summary>
    public static readonly IReadOnlyList<string> UsStocksProviders = ["twelvedata", "fmp", "alphavantage", "finnhub", "yahoo"];

    /// <summary>The intervals that stocks can be tracked in. Longer ones are made of days when they are asked for.</summary>
    public static readonly IReadOnlyList<Interval> Intervals =
        [Interval.OneMinute, Interval.FiveMinutes, Interval.FifteenMinutes, Interval.ThirtyMinutes, Interval.OneHour, Interval.OneDay];
}
