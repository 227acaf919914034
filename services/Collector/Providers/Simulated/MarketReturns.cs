using StocksDapr.Market;

namespace StocksDapr.Collector.Providers.Simulated;

/// <summary>
/// What all companies have in common: the log return of the market and of each sector, session by session, with volatility that comes in
/// clusters.
/// </summary>
internal sealed class MarketReturns
{
    /// <summary>Where the simulated market begins.</summary>
    public static readonly DateOnly FirstDay = new(2010, 1, 4);

    /// <summary>Standard deviation of an ordinary day's return of the market.</summary>
    public const double MarketDeviation = 0.0095;

    /// <summary>Standard deviation of an ordinary day's return of a sector beyond the market's.</summary>
    public const double SectorDeviation = 0.006;

    private readonly double[] _market;
    private readonly Dictionary<string, double[]> _sectors;

    public MarketReturns(int seed, ExchangeCalendar calendar, IEnumerable<string> sectors)
    {
        Sessions = calendar.SessionsBetween(FirstDay, calendar.LastDay).ToArray();
        _market = Returns(Noise.Key(seed, "market"), MarketDeviation);
        _sectors = sectors.Distinct().ToDictionary(sector => sector, sector => Returns(Noise.Key(seed, "sector/" + sector), SectorDeviation));
    }

    /// <summary>The sessions of the simulated market, in order; returns are by index into them.</summary>
    public Session[] Sessions { get; }

    public ReadOnlySpan<double> Market => _market;

    public ReadOnlySpan<double> Sector(string sector) => _sectors[sector];

    /// <summary>The index of the first session on or after a date; the number of sessions if there is none.</summary>
    public int IndexOf(DateOnly date)
    {
        var (low, high) = (0, Sessions.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Sessions[middle].Date < date)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private double[] Returns(ulong key, double deviation)
    {
        var noise = new Noise(key);
        var volatility = new ClusteredVolatility(deviation);
        var returns = new double[Sessions.Length];
        for (var i = 0; i < returns.Length; i++)
        {
            returns[i] = noise.NextNormal() * volatility.Deviation;
            volatility.Observe(returns[i]);
        }

        return returns;
    }
}
