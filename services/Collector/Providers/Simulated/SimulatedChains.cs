using StocksDapr.Contracts.Messages;
using StocksDapr.Market;
using StocksDapr.Market.Options;

namespace StocksDapr.Collector.Providers.Simulated;

/// <summary>
/// The option chains of the simulated market. Every quote is a function of seed, contract and instant alone, priced from the company's own path: a smile
/// around its volatility, spreads that widen with the price, contracts that nobody quotes, and more volume near the money.
/// </summary>
internal sealed class SimulatedChains(SimulatedMarket market, int seed, SimulatedFaults faults)
{
    /// <summary>Weeks ahead in which contracts of every week are listed; beyond there are the monthly ones alone.</summary>
    private const int Weeklies = 6;

    private const double NobodyQuotes = 0.02;

    private static readonly ExchangeCalendar Calendar = ExchangeCalendar.UsEquities;

    /// <summary>A chain with the contracts that expire in a range of days, both included.</summary>
    public OptionChainSnapshot Chain(string symbol, DateOnly from, DateOnly to, DateTimeOffset now)
    {
        if (Calendar.LastOpenedSession(now) is not { } session || Spot(symbol, session, now) is not { } spot)
            return new OptionChainSnapshot(symbol, null, null, []);

        // To the second, as vendors say it; after the close the quotes are those of the close.
        var quotedAt = now < session.Close ? now.AddTicks(-(now.UtcTicks % TimeSpan.TicksPerSecond)) : session.Close;
        var company = market.Companies.Single(company => company.Symbol == symbol);
        var rate = FederalFunds.On(session.Date).At(0.25);
        var yesterday = faults.StaleQuotes > 0 && Calendar.PreviousSession(session.Date) is { } before ? Spot(symbol, before, before.Close) : null;
        var quotes = new List<RawOptionQuote>();
        foreach (var expiry in Expiries(from, to))
        {
            var years = OptionTime.YearsToExpiry(quotedAt, expiry, Calendar);
            var series = new AmericanSeries(years, rate, company.DividendYield);
            foreach (var strike in Strikes(spot, company.Volatility, years))
            {
                foreach (var type in (OptionType[])[OptionType.Call, OptionType.Put])
                {
                    var contract = new OptionContract(symbol, expiry, type, strike);
                    var noise = new Noise(Noise.Mix(Noise.Key(seed, contract.ToString()), (ulong)quotedAt.ToUnixTimeSeconds()));
                    var stale = noise.NextUnit() < faults.StaleQuotes;
                    quotes.Add(Quote(contract, company, (stale ? yesterday : null) ?? spot, years, series, session, quotedAt, ref noise));
                }
            }
        }

        return new OptionChainSnapshot(symbol, Math.Round(spot, 2), quotedAt, quotes);
    }

    /// <summary>Fridays, or the session before where a Friday is none: weekly for some weeks, then the third of each month.</summary>
    internal static IEnumerable<DateOnly> Expiries(DateOnly from, DateOnly to)
    {
        for (var friday = from.AddDays(((int)DayOfWeek.Friday - (int)from.DayOfWeek + 7) % 7); friday <= to; friday = friday.AddDays(7))
        {
            var isMonthly = friday.Day is >= 15 and <= 21;
            if (!isMonthly && friday.DayNumber - from.DayNumber > 7 * Weeklies)
                continue;

            var last = Calendar.IsSession(friday) ? friday : Calendar.PreviousSession(friday)?.Date ?? friday;
            if (last >= from)
                yield return last;
        }
    }

    /// <summary>Strikes two and a half deviations around the spot, evenly apart, as exchanges list them: the dearer the share, the further apart.</summary>
    private static IEnumerable<double> Strikes(double spot, double volatility, double years)
    {
        var apart = spot switch { < 25 => 0.5, < 50 => 1, < 200 => 2.5, < 500 => 5, < 1_500 => 10, _ => 50 };
        var reach = Math.Max(spot * volatility * Math.Sqrt(Math.Max(years, 1.0 / 52)) * 2.5, 4 * apart);
        var most = Math.Floor((spot + reach) / apart);
        for (var step = Math.Max(Math.Ceiling((spot - reach) / apart), 1); step <= most; step++)
            yield return step * apart;
    }

    private RawOptionQuote Quote(
        OptionContract contract, Company company, double spot, double years, AmericanSeries series, in Session session, DateTimeOffset quotedAt, ref Noise noise)
    {
        var volatility = Smile(company.Volatility, spot, contract.Strike, years);
        var price = series.Price(contract.Type, spot, contract.Strike, volatility);
        var tick = price < 3 ? 0.01 : 0.05;
        var half = Math.Max(tick, (0.004 + (0.01 * noise.NextUnit())) * price) / 2;
        double? bid = Math.Round(Math.Floor((price - half) / tick) * tick, 2), ask = Math.Round(Math.Ceiling((price + half) / tick) * tick, 2);
        if (bid <= 0 || noise.NextUnit() < faults.ZeroBids)
            bid = 0;
        if (noise.NextUnit() < faults.CrossedQuotes)
            (bid, ask) = (ask + tick, bid > 0 ? bid : tick);
        if (years <= 0 || noise.NextUnit() < NobodyQuotes)
            (bid, ask) = (null, null);

        // Contracts are held and traded near the money, and over a session ever more of them.
        var held = new Noise(Noise.Mix(Noise.Key(seed, contract + "/held"), (ulong)session.Date.DayNumber));
        var nearness = Math.Exp(-Math.Abs(Math.Log(contract.Strike / spot)) / (company.Volatility * 0.25));
        var openInterest = (long)(5_000 * nearness * held.NextUnit() * held.NextUnit());
        var passed = Math.Clamp((quotedAt - session.Open) / session.Length, 0, 1);
        var volume = (long)(openInterest * 0.4 * held.NextUnit() * passed);
        var traded = volume > 0;
        return new RawOptionQuote(
            contract.ToString(), contract.Type, contract.Expiry, contract.Strike, bid, ask,
            traded ? Math.Max(Math.Round(price * (1 + (0.02 * (noise.NextUnit() - 0.5))), 2), 0.01) : 0,
            traded ? quotedAt.AddMinutes(-Math.Floor((quotedAt - session.Open).TotalMinutes * noise.NextUnit())) : null,
            volume, openInterest, bid is null ? null : Math.Round(volatility + (0.002 * noise.NextRoughlyNormal()), 4), "USD");
    }

    /// <summary>Out of the money to the downside is dearer than to the upside, and both are dearer than the middle; short lives are a little dearer.</summary>
    private static double Smile(double volatility, double spot, double strike, double years)
    {
        var distance = Math.Log(strike / spot) / (volatility * Math.Sqrt(Math.Max(years, 1.0 / 52)));
        var bounded = Math.Clamp(distance, -4, 4);
        return volatility * (1.02 - (0.03 * bounded) + (0.012 * bounded * bounded) + (0.05 * Math.Exp(-6 * years)));
    }

    /// <summary>The close of the last minute that is over, or that of the session before when none is.</summary>
    private double? Spot(string symbol, Session session, DateTimeOffset now)
    {
        var bars = new List<Bar>();
        market.AddBars(symbol, Interval.OneMinute, session.Open, session.Close, now, bars);
        if (bars.Count == 0 && Calendar.PreviousSession(session.Date) is { } before)
            market.AddBars(symbol, Interval.OneDay, before.DayStart, before.DayStart, now, bars);
        return bars.Count == 0 ? null : bars[^1].Close;
    }
}
