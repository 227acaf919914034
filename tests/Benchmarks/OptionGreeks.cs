using BenchmarkDotNet.Attributes;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;
using StocksDapr.Market.Options;
using StocksDapr.Processor.OptionChains;

namespace StocksDapr.Benchmarks;

/// <summary>
/// A chain of 2,500 contracts, ten expiries up to half a year with strikes two deviations around the spot: implied volatility and Greeks of each, all on one
/// core; the same volatility for all, or a smile. The baseline prices each contract twice with a plain binomial tree of 101 steps, which is less than one Greek by differences.
/// </summary>
[MemoryDiagnoser]
public class OptionGreeks
{
    private const int Expiries = 10;
    private const int Strikes = 125;
    private const double Spot = 200;
    private static readonly DateTimeOffset At = new(2026, 11, 20, 17, 30, 0, TimeSpan.Zero);

    private readonly ChainCleaner _cleaner = new(ExchangeCalendar.UsEquities, Microsoft.Extensions.Options.Options.Create(new OptionsSettings()));
    private RawOptionChain _chain = null!;
    private (OptionTerms Terms, double Price)[] _contracts = [];
    private (OptionTerms Terms, double Price)[] _smiling = [];

    [GlobalSetup]
    public void MakeChain()
    {
        var quotes = new List<RawOptionQuote>();
        var contracts = new List<(OptionTerms, double)>();
        var smiling = new List<(OptionTerms, double)>();
        for (var week = 1; week <= Expiries; week++)
        {
            var expiry = new DateOnly(2026, 11, 27).AddDays(7 * (week - 1) * 5 / 2 / 7 * 7);
            var years = OptionTime.YearsToExpiry(At, expiry, ExchangeCalendar.UsEquities);
            var reach = Spot * 0.3 * Math.Sqrt(years) * 2;
            for (var i = 0; i < Strikes; i++)
            {
                foreach (var type in (OptionType[])[OptionType.Call, OptionType.Put])
                {
                    // To a cent, so that each contract has a symbol of its own.
                    var strike = Math.Round(Spot - reach + (2 * reach * i / (Strikes - 1)), 2);
                    var terms = new OptionTerms(type, Spot, strike, years, 0.036, 0.01);
                    var price = American.Price(terms, 0.3);
                    contracts.Add((terms, price));

                    // From 60 % two deviations below the spot to 35 % two above, as chains on shares look.
                    var deviations = Math.Log(strike / Spot) / (0.3 * Math.Sqrt(years));
                    smiling.Add((terms, American.Price(terms, 0.3 - (0.0625 * deviations) + (0.04375 * deviations * deviations))));
                    quotes.Add(new RawOptionQuote(
                        new OptionContract($"B{week}", expiry, type, strike).ToString(), type, expiry, strike, Math.Max(price - 0.02, 0.01), price + 0.02, price, At, 1, 1, 0.3, "USD"));
                }
            }
        }

        (_contracts, _smiling, _chain) = ([.. contracts], [.. smiling], new RawOptionChain("BENCH", Spot, At, new Provenance("bench", "r", At), quotes));
    }

    [Benchmark(Baseline = true)]
    public double PlainTreeTwice()
    {
        var sum = 0.0;
        foreach (var (terms, _) in _contracts)
            sum += Tree(terms, 0.3) + Tree(terms, 0.31);
        return sum;
    }

    [Benchmark]
    public double GreeksAtAKnownVolatility()
    {
        var sum = 0.0;
        foreach (var (terms, _) in _contracts)
            sum += BlackScholes.Greeks(terms, 0.3).Delta;
        return sum;
    }

    [Benchmark]
    public double EuropeanVolatilityAndGreeks()
    {
        var sum = 0.0;
        foreach (var (terms, price) in _contracts)
            sum += BlackScholes.Greeks(terms, ImpliedVolatility.OfEuropean(terms, price).Value ?? 0.3).Delta;
        return sum;
    }

    [Benchmark]
    public double AmericanVolatilityAndGreeks() => OfSeries(_contracts);

    [Benchmark]
    public double AmericanVolatilityAndGreeksOfASmile() => OfSeries(_smiling);

    /// <summary>All that Processor does to a chain: rules, implied yields, volatility and Greeks, arbitrage.</summary>
    [Benchmark]
    public int WholeChain() => _cleaner.Clean(_chain).Quotes.Count;

    /// <summary>As Processor values a chain: expiry by expiry.</summary>
    private static double OfSeries((OptionTerms Terms, double Price)[] contracts)
    {
        var sum = 0.0;
        AmericanSeries? series = null;
        var years = 0.0;
        foreach (var (terms, price) in contracts)
        {
            if (series is null || years != terms.Years)
                (series, years) = (new AmericanSeries(terms.Years, terms.Rate, terms.Yield), terms.Years);
            sum += series.Greeks(terms.Type, terms.Spot, terms.Strike, series.ImpliedVolatility(terms.Type, terms.Spot, terms.Strike, price).Value ?? 0.3).Delta;
        }

        return sum;
    }

    /// <summary>Cox, Ross and Rubinstein, as textbooks write it.</summary>
    private static double Tree(in OptionTerms terms, double volatility)
    {
        const int Steps = 101;
        var time = terms.Years / Steps;
        var up = Math.Exp(volatility * Math.Sqrt(time));
        var (growth, discount) = (Math.Exp((terms.Rate - terms.Yield) * time), Math.Exp(-terms.Rate * time));
        var likely = (growth - (1 / up)) / (up - (1 / up));
        Span<double> values = stackalloc double[Steps + 1];
        for (var i = 0; i <= Steps; i++)
            values[i] = Math.Max(terms.Sign * ((terms.Spot * Math.Pow(up, (2 * i) - Steps)) - terms.Strike), 0);
        for (var step = Steps - 1; step >= 0; step--)
        {
            for (var i = 0; i <= step; i++)
                values[i] = Math.Max(discount * ((likely * values[i + 1]) + ((1 - likely) * values[i])), terms.Sign * ((terms.Spot * Math.Pow(up, (2 * i) - step)) - terms.Strike));
        }

        return values[0];
    }
}
