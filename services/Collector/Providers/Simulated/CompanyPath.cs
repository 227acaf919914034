using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Providers.Simulated;

/// <summary>
/// The life of one company by session: where each day opens and closes, how nervous it is, and its splits and dividends. Made once from
/// the company's first session on, since each day begins where the last one ended; then any day is read at once.
/// </summary>
internal sealed class CompanyPath
{
    private const double Drift = 0.0003;
    private const double Reversion = 0.0006;
    private const double JumpProbability = 0.006;
    private const double JumpDeviations = 4;
    private const int SessionsPerQuarter = 63;

    private readonly CompanyDay[] _days;

    public CompanyPath(int seed, Company company, MarketReturns returns)
    {
        Company = company;
        Key = Noise.Key(seed, company.Symbol);
        FirstIndex = company.ListedOn is { } listed ? returns.IndexOf(listed) : 0;
        _days = new CompanyDay[returns.Sessions.Length - FirstIndex];
        var actions = new List<CorporateAction>();
        Walk(returns, actions);
        Actions = actions;
    }

    public Company Company { get; }

    /// <summary>What every random number about this company is derived from.</summary>
    public ulong Key { get; }

    /// <summary>The index of its first session.</summary>
    public int FirstIndex { get; }

    /// <summary>Splits and dividends of all its life, ascending, those of the future too.</summary>
    public IReadOnlyList<CorporateAction> Actions { get; }

    public ref readonly CompanyDay Day(int sessionIndex) => ref _days[sessionIndex - FirstIndex];

    private void Walk(MarketReturns returns, List<CorporateAction> actions)
    {
        var noise = new Noise(Noise.Mix(Key, 1));
        var ordinary = Company.Volatility / Math.Sqrt(252);
        var own = OwnDeviation(ordinary);
        var volatility = new ClusteredVolatility(own);
        var market = returns.Market;
        var sector = returns.Sector(Company.Instrument.Sector!);
        var payday = noise.NextInt(SessionsPerQuarter);

        // The value per original share; the price is the value times what splits have made of a share.
        var (first, value, shareOfOriginal) = (Math.Log(Company.Price), Math.Log(Company.Price), 1.0);
        for (var i = 0; i < _days.Length; i++)
        {
            var session = FirstIndex + i;
            var deviation = volatility.Deviation;
            var surprise = noise.NextNormal() * deviation;
            if (noise.NextUnit() < JumpProbability)
                surprise += noise.NextNormal() * JumpDeviations * own;
            volatility.Observe(surprise);

            var change = Drift - (Reversion * (value - first - (Drift * i))) + (Company.Beta * market[session]) + sector[session] + surprise;
            var overnight = (0.3 * change) + (0.25 * ordinary * noise.NextRoughlyNormal());
            var date = returns.Sessions[session].Date;
            if (i > 0)
            {
                shareOfOriginal /= Split(date, Math.Exp(value) * shareOfOriginal, ref noise, actions);
                var price = Math.Exp(value) * shareOfOriginal;
                if ((i + payday) % SessionsPerQuarter == 0 && Dividend(date, price, actions) is var dividend and > 0)
                    value += Math.Log(1 - (dividend / price));
            }

            var open = Math.Exp(value + overnight) * shareOfOriginal;
            value += change;
            _days[i] = new CompanyDay(
                open,
                Math.Exp(value) * shareOfOriginal,
                (float)Nervousness(deviation, ordinary, market[session]),
                (float)(Math.Abs(change) / ordinary));
        }
    }

    /// <summary>What is left of the company's volatility when the market's and the sector's part is taken away.</summary>
    private double OwnDeviation(double ordinary)
    {
        var common = Math.Pow(Company.Beta * MarketReturns.MarketDeviation, 2) + Math.Pow(MarketReturns.SectorDeviation, 2);
        return Math.Sqrt(Math.Max((ordinary * ordinary) - common, 0.09 * ordinary * ordinary));
    }

    /// <summary>The deviation of the price within the session: stormy when the company or the market is.</summary>
    private double Nervousness(double deviation, double ordinary, double market) =>
        0.8 * Math.Sqrt((0.4 * ordinary * ordinary) + (0.6 * deviation * deviation) + (0.5 * Math.Pow(Company.Beta * market, 2)));

    /// <summary>New shares per old share: boards split shares that have become dear, and join those that have become cheap.</summary>
    private static double Split(DateOnly date, double price, ref Noise noise, List<CorporateAction> actions)
    {
        var chance = noise.NextUnit();
        var ratio = (price, chance) switch
        {
            ( > 1_500, < 0.02) => 20,
            ( > 700, < 0.02) => 10,
            ( > 400, < 0.01) => 5,
            ( > 250, < 0.004) => 4,
            ( > 150, < 0.001) => 3,
            ( > 80, < 0.0004) => 2,
            ( < 2, < 0.02) => 0.1,
            _ => 1.0,
        };
        if (ratio != 1)
            actions.Add(new CorporateAction(CorporateActionKind.Split, date, ratio));
        return ratio;
    }

    private double Dividend(DateOnly date, double price, List<CorporateAction> actions)
    {
        var amount = Math.Round(price * Company.DividendYield / 4, 2);
        if (amount > 0)
            actions.Add(new CorporateAction(CorporateActionKind.Dividend, date, amount));
        return amount;
    }
}
