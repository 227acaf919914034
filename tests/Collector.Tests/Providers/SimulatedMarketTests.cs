using StocksDapr.Collector.Providers.Simulated;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Tests.Providers;

public class SimulatedMarketTests
{
    private static readonly DateTimeOffset Evening = DateTimeOffset.Parse("2026-11-20T22:00:00Z");
    private static readonly SimulatedMarket Market = new(seed: 1, symbols: 120);

    public static TheoryData<string> Codes => [.. SimulatedMarket.Intervals.Select(interval => interval.Code)];

    [Fact]
    public void There_are_120_companies_with_names_of_their_own()
    {
        Market.Companies.Should().HaveCount(120);
        Market.Companies.Select(company => company.Symbol)
            .Should().OnlyHaveUniqueItems().And.OnlyContain(symbol => Symbol.IsSimulated(symbol) && Symbol.IsValid(symbol));
        Market.Companies.Select(company => company.Instrument.Name).Should().OnlyHaveUniqueItems();
        Market.Companies.Should().OnlyContain(company => company.Instrument.Sector != null && company.Instrument.Aliases!.Count > 0);
        Market.Companies.Where(company => company.ListedOn is not null)
            .Should().NotBeEmpty().And.OnlyContain(company => ExchangeCalendar.UsEquities.IsSession(company.ListedOn!.Value));
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public void A_bar_is_the_same_whatever_range_or_moment_is_asked(string code)
    {
        var interval = Parse(code);
        var from = DateTimeOffset.Parse("2026-11-02T00:00:00Z");
        foreach (var symbol in Market.Companies.Take(5).Select(company => company.Symbol))
        {
            var whole = Bars(Market, symbol, interval, from, Evening, Evening);
            var again = Bars(new SimulatedMarket(1, 120), symbol, interval, from, Evening, Evening.AddYears(1));
            var narrow = Bars(new SimulatedMarket(1, 5), symbol, interval, whole[7].Start, whole[9].Start, whole[9].Start.AddDays(2));

            again.Should().Equal(whole);
            narrow.Should().Equal(whole.Skip(7).Take(3));
        }
    }

    [Fact]
    public void Another_seed_is_another_market() =>
        Bars(new SimulatedMarket(2, 1), Market.Companies[0].Symbol, Interval.OneDay, Evening.AddDays(-30), Evening, Evening)
            .Should().NotEqual(Bars(Market, Market.Companies[0].Symbol, Interval.OneDay, Evening.AddDays(-30), Evening, Evening));

    [Theory]
    [InlineData("1min")]
    [InlineData("5min")]
    [InlineData("15min")]
    [InlineData("30min")]
    [InlineData("1h")]
    public void A_day_is_what_its_parts_join_to(string code)
    {
        var interval = Parse(code);
        foreach (var symbol in Market.Companies.Select(company => company.Symbol))
        {
            // Thanksgiving and the short Friday after it are in between.
            var (from, to) = (DateTimeOffset.Parse("2025-11-24T00:00:00Z"), DateTimeOffset.Parse("2025-12-05T00:00:00Z"));
            foreach (var day in Bars(Market, symbol, Interval.OneDay, from, to, Evening))
            {
                var parts = Bars(Market, symbol, interval, day.Start, day.Start.AddDays(1), Evening);

                day.Should().Be(new Bar(
                    day.Start, parts[0].Open, parts.Max(bar => bar.High), parts.Min(bar => bar.Low), parts[^1].Close, parts.Sum(bar => bar.Volume)));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public void Every_bar_is_whole_and_belongs_to_a_session(string code)
    {
        var interval = Parse(code);
        foreach (var company in Market.Companies)
        {
            DateTimeOffset? previous = null;
            foreach (var bar in Bars(Market, company.Symbol, interval, Evening.AddDays(-20), Evening, Evening))
            {
                var session = ExchangeCalendar.UsEquities.SessionOn(DateOnly.FromDateTime(bar.Start.UtcDateTime));
                var whole = bar.Low > 0 && bar.Low <= Math.Min(bar.Open, bar.Close) && bar.High >= Math.Max(bar.Open, bar.Close) && bar.Volume > 0;
                if (!whole || session.BarIndex(interval, bar.Start) < 0 || bar.Start <= previous || Math.Round(bar.Close, 2) != bar.Close)
                    Assert.Fail($"{company.Symbol} {code}: {bar}");
                previous = bar.Start;
            }
        }
    }

    [Theory]
    [InlineData("15min", "2026-11-20T14:44:59Z", 0)]
    [InlineData("15min", "2026-11-20T14:45:00Z", 1)]
    [InlineData("1h", "2026-11-20T20:59:59Z", 6)]
    [InlineData("1h", "2026-11-20T21:00:00Z", 7)]
    [InlineData("1d", "2026-11-20T20:59:59Z", 0)]
    [InlineData("1d", "2026-11-20T21:00:00Z", 1)]
    public void No_bar_is_there_before_its_time_is_over(string code, string now, int bars)
    {
        // A company without a halt on that day.
        var symbol = Market.Companies.First(company =>
            Bars(Market, company.Symbol, Interval.FifteenMinutes, Evening.Date(), Evening, Evening).Count == 26).Symbol;

        Bars(Market, symbol, Parse(code), Evening.Date(), Evening, DateTimeOffset.Parse(now)).Should().HaveCount(bars);
    }

    [Fact]
    public void A_company_has_no_bar_before_its_listing()
    {
        var company = Market.Companies.First(company => company.ListedOn is not null);

        Bars(Market, company.Symbol, Interval.OneDay, Evening.AddYears(-12), Evening, Evening)[0].Start
            .Should().Be(new DateTimeOffset(company.ListedOn!.Value.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero));
    }

    [Fact]
    public void Some_bars_are_missing_because_trading_was_halted()
    {
        var from = Evening.AddDays(-60);
        var expected = ExchangeCalendar.UsEquities.CountBars(Interval.FifteenMinutes, from, Evening) * 120;
        var bars = Market.Companies.Sum(company => Bars(Market, company.Symbol, Interval.FifteenMinutes, from, Evening, Evening).Count);

        (expected - bars).Should().BeInRange(1, expected / 200);
    }

    [Fact]
    public void Prices_halve_when_shares_are_split_in_two_and_fall_by_the_dividend()
    {
        var splits = 0;
        foreach (var company in Market.Companies)
        {
            foreach (var action in Market.Actions(company.Symbol, new(2012, 1, 1), new(2026, 11, 20), new(2026, 11, 20)))
            {
                ExchangeCalendar.UsEquities.IsSession(action.ExDate).Should().BeTrue();
                if (action.Kind != CorporateActionKind.Split)
                    continue;

                var day = new DateTimeOffset(action.ExDate.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
                var around = Bars(Market, company.Symbol, Interval.OneDay, day.AddDays(-10), day, Evening);
                (around[^1].Open * action.Value / around[^2].Close).Should().BeInRange(0.8, 1.25);
                splits++;
            }
        }

        splits.Should().BeGreaterThan(20);
    }

    [Fact]
    public void Future_actions_are_not_told() =>
        Market.Companies.SelectMany(company => Market.Actions(company.Symbol, DateOnly.MinValue, DateOnly.MaxValue, new(2026, 11, 20)))
            .Should().NotBeEmpty().And.OnlyContain(action => action.ExDate <= new DateOnly(2026, 11, 20));

    [Fact]
    public void Returns_are_as_volatile_as_stocks_are_and_come_in_clusters()
    {
        var (inTune, clustered) = (0, 0);
        foreach (var company in Market.Companies.Where(company => company.ListedOn is null))
        {
            var bars = Bars(Market, company.Symbol, Interval.OneDay, Evening.AddYears(-10), Evening, Evening);

            // Without the days of splits.
            var moves = bars.Zip(bars.Skip(1), (one, two) => Math.Log(two.Close / one.Close)).Where(move => Math.Abs(move) < 0.4).ToArray();
            var deviation = Math.Sqrt(moves.Average(move => move * move) * 252);
            inTune += deviation / company.Volatility is > 0.7 and < 1.6 ? 1 : 0;
            clustered += Correlation([.. moves.SkipLast(1).Select(Math.Abs)], [.. moves.Skip(1).Select(Math.Abs)]) > 0.05 ? 1 : 0;
        }

        inTune.Should().BeGreaterThan(100);
        clustered.Should().BeGreaterThan(80);
    }

    private static double Correlation(double[] one, double[] two)
    {
        var (meanOne, meanTwo) = (one.Average(), two.Average());
        var covariance = one.Zip(two, (a, b) => (a - meanOne) * (b - meanTwo)).Sum();
        return covariance / Math.Sqrt(one.Sum(a => (a - meanOne) * (a - meanOne)) * two.Sum(b => (b - meanTwo) * (b - meanTwo)));
    }

    private static List<Bar> Bars(
        SimulatedMarket market, string symbol, Interval interval, DateTimeOffset from, DateTimeOffset to, DateTimeOffset now)
    {
        var bars = new List<Bar>();
        market.AddBars(symbol, interval, from, to, now, bars);
        return bars;
    }

    private static Interval Parse(string code) => Interval.TryParse(code, out var interval) ? interval : throw new ArgumentException(code);
}

internal static class Midnight
{
    /// <summary>Midnight UTC of the same date.</summary>
    public static DateTimeOffset Date(this DateTimeOffset instant) => new(instant.UtcDateTime.Date, TimeSpan.Zero);
}
