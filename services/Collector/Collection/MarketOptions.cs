using StocksDapr.Market;

namespace StocksDapr.Collector.Collection;

/// <summary>The section <c>Collector:Markets:us-stocks</c>: what is collected of the tracked US stocks, and who is asked for it.</summary>
internal sealed class MarketOptions
{
    public const string Section = "Collector:Markets:" + Markets.UsStocks;

    /// <summary>Whether anything of it is collected.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Those of several that have an interval and a key are asked in this order, separated by commas.</summary>
    public string Providers { get; set; } = string.Join(',', Markets.UsStocksProviders);

    /// <summary>An order of its own for an interval, by its code, such as <c>1d</c>: <c>fmp,twelvedata</c>. Who is not in it is not asked for that interval.</summary>
    public Dictionary<string, string> Intervals { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Years of daily bars.</summary>
    public int DailyYears { get; set; } = 5;

    /// <summary>Sessions of intraday bars.</summary>
    public int IntradayDays { get; set; } = 60;

    /// <summary>How often instruments, splits and dividends are fetched; a newly tracked symbol's at once.</summary>
    public TimeSpan ReferenceDataEvery { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Who is asked for an interval, the first one first.</summary>
    public IReadOnlyList<string> OrderOf(Interval interval) =>
        Read(Intervals.FirstOrDefault(order => Interval.TryParse(order.Key, out var known) && known == interval).Value ?? Providers);

    /// <summary>Every provider that may be asked for anything.</summary>
    public IReadOnlyList<string> All() => [.. Intervals.Values.Prepend(Providers).SelectMany(Read).Distinct(StringComparer.Ordinal)];

    private static string[] Read(string order) => order.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
