namespace StocksDapr.Collector.Providers.Simulated;

/// <summary>Divides a minute of a company into trades, from which the minute's bar forms again: the first trade opens it, the last one closes it.</summary>
internal static class TradeTape
{
    private const int MostTrades = 6;
    private const int MillisecondsPerTrade = 60_000 / MostTrades;

    public static void Add(CompanyPath path, DateTimeOffset minute, in Trade traded, List<LiveTrade> trades)
    {
        if (traded.IsNone)
            return;

        var noise = new Noise(Noise.Mix(path.Key, (ulong)minute.ToUnixTimeSeconds()));

        // Open, high and low in either order, close; some in between where there are shares enough.
        Span<long> prices = stackalloc long[MostTrades];
        var isHighFirst = noise.NextUnit() < 0.5;
        prices[0] = traded.Open;
        prices[1] = isHighFirst ? traded.High : traded.Low;
        prices[2] = Between(traded, ref noise);
        prices[3] = isHighFirst ? traded.Low : traded.High;
        prices[4] = Between(traded, ref noise);
        prices[5] = traded.Close;

        var sold = 0L;
        for (var i = 0; i < MostTrades; i++)
        {
            var shares = i == MostTrades - 1 ? traded.Volume - sold : (long)(traded.Volume * (0.5 + noise.NextUnit()) / (1.6 * MostTrades));
            var at = minute.AddMilliseconds((i * MillisecondsPerTrade) + noise.NextInt(MillisecondsPerTrade));
            trades.Add(new LiveTrade(path.Company.Symbol, at, prices[i] / 100.0, shares));
            sold += shares;
        }
    }

    private static long Between(in Trade traded, ref Noise noise) => traded.Low + noise.NextInt((int)Math.Min(traded.High - traded.Low + 1, int.MaxValue));
}
