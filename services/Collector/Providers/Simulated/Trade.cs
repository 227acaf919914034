using StocksDapr.Market;

namespace StocksDapr.Collector.Providers.Simulated;

/// <summary>What was traded in a stretch of time: prices in cents, volume in shares; no volume means no trade and no bar.</summary>
internal readonly record struct Trade(long Open, long High, long Low, long Close, long Volume)
{
    public bool IsNone => Volume == 0;

    /// <summary>Both stretches as one; <paramref name="later"/> follows this one.</summary>
    public Trade Then(in Trade later)
    {
        if (IsNone)
            return later;
        if (later.IsNone)
            return this;

        return new Trade(Open, Math.Max(High, later.High), Math.Min(Low, later.Low), later.Close, Volume + later.Volume);
    }

    public Bar ToBar(DateTimeOffset start) => new(start, Open / 100.0, High / 100.0, Low / 100.0, Close / 100.0, Volume);
}
