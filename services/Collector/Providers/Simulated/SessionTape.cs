using StocksDapr.Market;

namespace StocksDapr.Collector.Providers.Simulated;

/// <summary>
/// One session of one company in quarters of an hour, from which every other bar follows: longer ones join them, shorter ones divide
/// them. So all intervals agree with each other, whichever is asked for.
/// </summary>
internal static class SessionTape
{
    public const int MaxQuarters = 26;
    public const int MinutesPerQuarter = 15;

    private const double HaltProbability = 0.0015;
    private const double WholeDayHaltProbability = 0.00002;

    /// <summary>Volatility and volume by quarter are high at the opening, low at noon, high at the close.</summary>
    private static readonly Profile Regular = new(26);
    private static readonly Profile Early = new(14);

    /// <summary>Fills the quarters of the session; returns how many there are.</summary>
    public static int Quarters(CompanyPath path, int sessionIndex, in Session session, Span<Trade> quarters)
    {
        var count = session.BarCount(Interval.FifteenMinutes);
        var profile = count == MaxQuarters ? Regular : Early;
        ref readonly var day = ref path.Day(sessionIndex);
        var noise = new Noise(Noise.Mix(path.Key, (ulong)session.Date.DayNumber));
        var (haltFrom, haltTo) = Halt(ref noise, count);

        // A random walk, bent so that it begins at the open and ends at the close (a Brownian bridge).
        Span<double> walk = stackalloc double[MaxQuarters + 1];
        walk[0] = 0;
        for (var i = 0; i < count; i++)
            walk[i + 1] = walk[i] + (noise.NextRoughlyNormal() * profile.Deviation[i]);

        var (open, close) = (Math.Log(day.Open), Math.Log(day.Close));
        var shares = path.Company.DollarVolume / day.Close * (0.7 + (0.6 * noise.NextUnit())) * (0.75 + (0.35 * day.Excitement));
        var from = day.Open;
        for (var i = 0; i < count; i++)
        {
            var passed = profile.Passed[i + 1];
            var to = i == count - 1
                ? day.Close
                : Math.Exp(open + (passed * (close - open)) + (day.Deviation * (walk[i + 1] - (passed * walk[count]))));
            var quarter = Quarter(ref noise, from, to, day.Deviation * profile.Deviation[i], shares * profile.Volume[i]);
            quarters[i] = i >= haltFrom && i < haltTo ? default : quarter;
            from = to;
        }

        return count;
    }

    /// <summary>Divides a quarter of an hour into minutes that join to it again.</summary>
    public static void Minutes(CompanyPath path, in Session session, int quarterIndex, in Trade quarter, Span<Trade> minutes)
    {
        if (quarter.IsNone)
        {
            minutes.Clear();
            return;
        }

        var noise = new Noise(Noise.Mix(Noise.Mix(path.Key, (ulong)session.Date.DayNumber), (ulong)(1_000 + quarterIndex)));
        var highAt = noise.NextInt(MinutesPerQuarter);
        var lowAt = noise.NextInt(MinutesPerQuarter);
        var range = quarter.High - quarter.Low;
        var (open, sold) = (quarter.Open, 0L);
        for (var i = 0; i < MinutesPerQuarter; i++)
        {
            var last = i == MinutesPerQuarter - 1;
            var straight = quarter.Open + ((quarter.Close - quarter.Open) * (i + 1) / MinutesPerQuarter);
            var close = last ? quarter.Close : Within(quarter, straight + (long)(noise.NextRoughlyNormal() * range / 5));
            var high = i == highAt ? quarter.High : Within(quarter, Math.Max(open, close) + (long)(noise.NextUnit() * range / 8));
            var low = i == lowAt ? quarter.Low : Within(quarter, Math.Min(open, close) - (long)(noise.NextUnit() * range / 8));
            var volume = last ? quarter.Volume - sold : (long)(quarter.Volume * (0.5 + noise.NextUnit()) / (1.6 * MinutesPerQuarter));
            minutes[i] = new Trade(open, high, low, close, volume);
            sold += volume;
            open = close;
        }
    }

    private static long Within(in Trade quarter, long cents) => Math.Clamp(cents, quarter.Low, quarter.High);

    private static Trade Quarter(ref Noise noise, double from, double to, double deviation, double shares)
    {
        var open = Cents(from);
        var close = Cents(to);
        var high = Math.Max(Cents(Extreme(from, to, deviation, noise.NextUnit(), 1)), Math.Max(open, close));
        var low = Math.Min(Cents(Extreme(from, to, deviation, noise.NextUnit(), -1)), Math.Min(open, close));

        // At least a round lot: enough for each minute to have its share.
        return new Trade(open, high, low, close, 100 + (long)(shares * (0.6 + (0.8 * noise.NextUnit()))));
    }

    /// <summary>
    /// The highest (sign 1) or lowest (sign -1) price on the way: the maximum of a Brownian bridge has a known distribution, of which
    /// <paramref name="chance"/> is the quantile.
    /// </summary>
    private static double Extreme(double from, double to, double deviation, double chance, int sign)
    {
        var move = (to - from) / from;
        return from * (1 + ((move + (sign * Math.Sqrt((move * move) - (2 * deviation * deviation * Math.Log(1 - chance))))) / 2));
    }

    private static long Cents(double price) => Math.Max((long)((price * 100) + 0.5), 1);

    private static (int From, int To) Halt(ref Noise noise, int count)
    {
        var chance = noise.NextUnit();
        var from = noise.NextInt(count);
        var length = 1 + noise.NextInt(8);
        return chance switch
        {
            < WholeDayHaltProbability => (0, count),
            < HaltProbability => (from, Math.Min(from + length, count)),
            _ => (0, 0),
        };
    }

    /// <summary>How a session's movement and volume are spread over its quarters; each sums to one (variances for the deviation).</summary>
    private sealed class Profile
    {
        public Profile(int quarters)
        {
            Volume = new double[quarters];
            Deviation = new double[quarters];
            Passed = new double[quarters + 1];
            var variance = new double[quarters];
            for (var i = 0; i < quarters; i++)
            {
                var fromNoon = ((2.0 * i) / (quarters - 1)) - 1;
                Volume[i] = 0.6 + (1.6 * Math.Pow(fromNoon, 4)) + (i == quarters - 1 ? 1.2 : 0);
                variance[i] = 0.6 + (1.2 * fromNoon * fromNoon) + (i == 0 ? 1.0 : 0);
            }

            var (volume, total) = (Volume.Sum(), variance.Sum());
            for (var i = 0; i < quarters; i++)
            {
                Volume[i] /= volume;
                Deviation[i] = Math.Sqrt(variance[i] / total);
                Passed[i + 1] = Passed[i] + (variance[i] / total);
            }
        }

        public double[] Volume { get; }

        public double[] Deviation { get; }

        /// <summary>How much of the session's movement is over when a quarter begins.</summary>
        public double[] Passed { get; }
    }
}
