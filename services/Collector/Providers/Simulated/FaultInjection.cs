using StocksDapr.Market;

namespace StocksDapr.Collector.Providers.Simulated;

/// <summary>Decides what goes wrong in the simulated vendor; see <see cref="SimulatedFaults"/>.</summary>
internal sealed class FaultInjection(int seed, SimulatedFaults faults)
{
    private readonly bool _spoilsBars = faults is not
    {
        Gaps: 0, Duplicates: 0, WrongOrder: 0, Nulls: 0, Factor100: 0, LateCorrections: 0,
    };

    /// <summary>What becomes of a request at a moment: the same one may fare better a second later.</summary>
    public RequestFault OfRequest(string pathAndQuery, DateTimeOffset now)
    {
        var noise = new Noise(Noise.Mix(Noise.Key(seed, pathAndQuery), (ulong)now.ToUnixTimeSeconds()));
        if (noise.NextUnit() < faults.RateLimits)
            return RequestFault.RateLimit;
        if (noise.NextUnit() < faults.TimeOuts)
            return RequestFault.TimeOut;

        return noise.NextUnit() < faults.BrokenJson ? RequestFault.BrokenJson : RequestFault.None;
    }

    /// <summary>The bars as the vendor says them.</summary>
    public IEnumerable<SpokenBar> Spoil(string symbol, Interval interval, List<Bar> bars, DateTimeOffset now) =>
        _spoilsBars
            ? SpoilEach(Noise.Key(seed, $"faults/{symbol}/{interval.Code}"), interval, bars, now)
            : bars.Select(bar => SpokenBar.Of(bar));

    private List<SpokenBar> SpoilEach(ulong key, Interval interval, List<Bar> bars, DateTimeOffset now)
    {
        var spoken = new List<SpokenBar>(bars.Count + 8);
        foreach (var bar in bars)
        {
            var noise = new Noise(Noise.Mix(key, (ulong)bar.Start.ToUnixTimeSeconds()));
            var gap = noise.NextUnit() < faults.Gaps;
            var twice = noise.NextUnit() < faults.Duplicates;
            var early = noise.NextUnit() < faults.WrongOrder;
            var said = SpokenBar.Of(bar);
            if (noise.NextUnit() < faults.LateCorrections && now < End(interval, bar.Start) + faults.CorrectedAfter)
                said = said with { Close = Math.Round((bar.Low + bar.High) / 2, 2), Volume = bar.Volume * 9 / 10 };
            if (noise.NextUnit() < faults.Nulls)
                said = WithoutValue(said, noise.NextInt(5));
            if (noise.NextUnit() < faults.Factor100)
                said = TimesHundred(said, noise.NextInt(4));
            if (gap)
                continue;

            spoken.Insert(early && spoken.Count > 0 ? spoken.Count - 1 : spoken.Count, said);
            if (twice)
                spoken.Add(said);
        }

        return spoken;
    }

    private static DateTimeOffset End(Interval interval, DateTimeOffset start) =>
        ExchangeCalendar.UsEquities.TryGetSession(DateOnly.FromDateTime(start.UtcDateTime), out var session)
            ? session.BarEnd(interval, session.BarIndex(interval, start))
            : start + interval.Length;

    private static SpokenBar WithoutValue(SpokenBar bar, int value) => value switch
    {
        0 => bar with { Open = null },
        1 => bar with { High = null },
        2 => bar with { Low = null },
        3 => bar with { Close = null },
        _ => bar with { Volume = null },
    };

    private static SpokenBar TimesHundred(SpokenBar bar, int price) => price switch
    {
        0 => bar with { Open = bar.Open * 100 },
        1 => bar with { High = bar.High * 100 },
        2 => bar with { Low = bar.Low * 100 },
        _ => bar with { Close = bar.Close * 100 },
    };
}
