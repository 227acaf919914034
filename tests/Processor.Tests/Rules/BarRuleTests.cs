using StocksDapr.Contracts.Messages;
using StocksDapr.Market;
using StocksDapr.Processor.Rules;
using static StocksDapr.Processor.Tests.RawBarsOf;

namespace StocksDapr.Processor.Tests.Rules;

public sealed class BarRuleTests
{
    private static readonly StartsInASession Sessions = new(ExchangeCalendar.UsEquities);

    [Fact]
    public void A_missing_value_is_named()
    {
        var bar = Bar("2013-02-08") with { Open = default, Volume = default };

        new ValuesAreNumbers().Check(bar, Subject())!.Should().Be(new Violation("missing-value", "open, volume are missing."));
    }

    [Fact]
    public void A_text_where_a_number_belongs_is_quoted()
    {
        var bar = Bar("2013-02-08") with { Close = new RawValue("1,5x") };

        new ValuesAreNumbers().Check(bar, Subject())!.Should().Be(new Violation("not-a-number", "close is \"1,5x\"."));
    }

    [Theory]
    [InlineData(0, "price-not-positive")]
    [InlineData(-0.01, "price-not-positive")]
    [InlineData(1e9, "price-too-large")]
    public void A_price_is_positive_and_believable(double price, string rule) =>
        new PricesInRange().Check(Bar("2013-02-08") with { Low = price }, Subject())!.Rule.Should().Be(rule);

    [Theory]
    [InlineData(0.0001)]
    [InlineData(700_000)]
    public void Penny_stocks_and_dear_shares_are_legal(double price) =>
        new PricesInRange().Check(Bar("2013-02-08", price, price, price, price), Subject()).Should().BeNull();

    [Theory]
    [InlineData(0, null)]
    [InlineData(55_450_360d, null)]
    [InlineData(0.5, "volume-not-whole")]
    [InlineData(-1, "volume-negative")]
    [InlineData(1e17, "volume-too-large")]
    public void Volume_is_a_count_of_shares(double volume, string? rule) =>
        (new VolumeIsACount().Check(Bar("2013-02-08", volume: volume), Subject())?.Rule).Should().Be(rule);

    [Theory]
    [InlineData(10, 9, 9.5, 9.5, "high-below-low")]
    [InlineData(10, 9.9, 9, 9.5, "high-below-open")]
    [InlineData(9.5, 9.9, 9, 10, "high-below-close")]
    [InlineData(9, 11, 9.5, 10, "low-above-open")]
    [InlineData(10, 11, 9.5, 9, "low-above-close")]
    public void High_and_low_enclose_the_rest(double open, double high, double low, double close, string rule) =>
        new HighAndLowEncloseTheRest().Check(Bar("2013-02-08", open, high, low, close), Subject())!.Rule.Should().Be(rule);

    [Fact]
    public void A_flat_bar_is_legal() =>
        new HighAndLowEncloseTheRest().Check(Bar("2013-02-08", 10, 10, 10, 10), Subject()).Should().BeNull();

    [Fact]
    public void The_noise_of_single_precision_is_not_held_against_a_bar()
    {
        var single = (double)10.13f;

        new HighAndLowEncloseTheRest().Check(Bar("2013-02-08", 10, 10.13, 9, single), Subject()).Should().BeNull();
        new HighAndLowEncloseTheRest().Check(Bar("2013-02-08", 10, 10.13, 9, 10.14), Subject()).Should().NotBeNull();
    }

    [Theory]
    [InlineData("1899-12-31", "before-records")]
    [InlineData("2026-11-22", "in-the-future")]
    public void A_time_that_cannot_be_is_refused(string date, string rule) =>
        new TimeIsPossible().Check(Bar(date), Subject())!.Rule.Should().Be(rule);

    [Theory]
    [InlineData("1962-01-02")]
    [InlineData("2026-11-20")]
    [InlineData("2026-11-21")]
    public void Old_bars_and_todays_are_possible(string date) => new TimeIsPossible().Check(Bar(date), Subject()).Should().BeNull();

    [Theory]
    [InlineData("AAPL", "2013-02-09", "no-session")]
    [InlineData("AAPL", "2020-11-26", "no-session")]
    [InlineData("BRK.B", "2020-11-26", "no-session")]
    [InlineData("ABC.SIM", "2020-11-26", "no-session")]
    [InlineData("AAPL", "2020-11-27", null)]
    [InlineData("1398.HK", "2020-11-26", null)]
    [InlineData("VOD.L", "2020-11-26", null)]
    [InlineData("BTC-USD", "2013-02-09", null)]
    [InlineData("^GSPC", "2020-11-26", null)]
    [InlineData("AAPL", "1962-01-06", null)]
    public void A_daily_bar_of_a_us_listing_belongs_to_a_session(string symbol, string date, string? rule) =>
        (Sessions.Check(Bar(date), Subject(symbol))?.Rule).Should().Be(rule);

    [Theory]
    [InlineData("2020-11-25T14:30:00Z", null)]
    [InlineData("2020-11-25T09:00:00Z", null)]
    [InlineData("2020-11-25T08:59:00Z", "outside-hours")]
    [InlineData("2020-11-26T00:59:00Z", null)]
    [InlineData("2020-11-26T01:00:00Z", "outside-hours")]
    [InlineData("2020-11-26T15:00:00Z", "no-session")]
    [InlineData("2020-07-01T08:00:00Z", null)]
    public void An_intraday_bar_starts_within_the_hours_around_a_session(string start, string? rule) =>
        (Sessions.Check(Bar(start), Subject() with { Interval = Interval.OneMinute })?.Rule).Should().Be(rule);

    [Fact]
    public void A_closed_day_is_explained() =>
        Sessions.Check(Bar("2012-10-29"), Subject())!.Detail.Should().Contain("closed");

    private static BarSubject Subject(string symbol = "AAPL") => new(symbol, Interval.OneDay, RawBarsOf.Provenance.FetchedAt);
}
