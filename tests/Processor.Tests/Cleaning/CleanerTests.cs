using StocksDapr.Contracts.Messages;
using StocksDapr.Market;
using StocksDapr.Processor.Cleaning;
using static StocksDapr.Processor.Tests.RawBarsOf;

namespace StocksDapr.Processor.Tests.Cleaning;

public sealed class CleanerTests
{
    private readonly Cleaner _cleaner = new(ExchangeCalendar.UsEquities);

    [Fact]
    public void A_valid_bar_passes_value_for_value()
    {
        var clean = _cleaner.Clean(Daily(Bar("2013-02-08", 15.07, 15.12, 14.63, 14.75, 8407500)));

        clean.Bars.Should().Equal(new Bar(new DateTimeOffset(2013, 2, 8, 0, 0, 0, TimeSpan.Zero), 15.07, 15.12, 14.63, 14.75, 8407500));
        clean.Quarantined.Should().BeEmpty();
        clean.Findings.Should().BeEmpty();
    }

    [Theory]
    [InlineData("^GSPC", true)]
    [InlineData("EUR/USD", true)]
    [InlineData("AAPL", false)]
    public void Only_what_nobody_can_count_may_lack_its_volume(string symbol, bool passes)
    {
        var clean = _cleaner.Clean(Daily(Bar("2013-02-08") with { Volume = default }) with { Symbol = symbol });

        clean.Bars.Select(bar => bar.Volume).Should().Equal(passes ? [0L] : []);
        clean.Quarantined.Select(quarantined => quarantined.Rule).Should().Equal(passes ? [] : ["missing-value"]);
        _cleaner.Clean(Daily(Bar("2013-02-08") with { Volume = new RawValue("many") }) with { Symbol = symbol }).Quarantined.Should().ContainSingle("what is said must be a number everywhere");
    }

    [Fact]
    public void A_bad_bar_goes_to_quarantine_and_the_rest_goes_on()
    {
        var bad = Bar("2013-02-11", open: 10, high: 9.5, low: 9, close: 9.2);

        var clean = _cleaner.Clean(Daily(Bar("2013-02-08"), bad, Bar("2013-02-12")));

        clean.Bars.Should().HaveCount(2);
        var quarantined = clean.Quarantined.Should().ContainSingle().Subject;
        quarantined.Rule.Should().Be("high-below-open");
        quarantined.Bar.Should().Be(bad);
        quarantined.Detail.Should().Contain("high 9.5");
    }

    [Fact]
    public void Several_broken_rules_are_all_told_and_the_first_gives_its_name()
    {
        var clean = _cleaner.Clean(Daily(Bar("2013-02-09", open: 10, high: 9.5, volume: -3)));

        var quarantined = clean.Quarantined.Should().ContainSingle().Subject;
        quarantined.Rule.Should().Be("volume-negative");
        quarantined.Detail.Should().Contain("volume -3").And.Contain("high 9.5").And.Contain("weekend");
    }

    [Fact]
    public void Newest_first_is_an_order_and_is_turned_without_a_word()
    {
        var clean = _cleaner.Clean(Daily(Bar("2013-02-12"), Bar("2013-02-11"), Bar("2013-02-08")));

        clean.Bars.Should().BeInAscendingOrder(bar => bar.Start);
        clean.Findings.Should().BeEmpty();
    }

    [Fact]
    public void A_mixed_order_is_sorted_and_noted()
    {
        var clean = _cleaner.Clean(Daily(Bar("2013-02-11"), Bar("2013-02-08"), Bar("2013-02-12")));

        clean.Bars.Should().BeInAscendingOrder(bar => bar.Start);
        clean.Findings.Should().ContainSingle().Which.Rule.Should().Be("out-of-order");
    }

    [Theory]
    [InlineData("2013-02-08", "2013-02-08", "2013-02-11")]
    [InlineData("2013-02-11", "2013-02-08", "2013-02-08")]
    [InlineData("2013-02-08", "2013-02-11", "2013-02-08")]
    public void A_repeated_bar_is_stored_once_and_counted(string a, string b, string c)
    {
        var clean = _cleaner.Clean(Daily(Bar(a), Bar(b), Bar(c)));

        clean.Bars.Select(bar => bar.Start.Day).Should().Equal(8, 11);
        clean.Repeated.Should().Be(1);
        clean.Quarantined.Should().BeEmpty();
    }

    [Fact]
    public void Of_two_bars_that_contradict_each_other_the_first_stays()
    {
        var clean = _cleaner.Clean(Daily(Bar("2013-02-11"), Bar("2013-02-08", close: 10.1), Bar("2013-02-08", close: 10.2)));

        clean.Bars[0].Close.Should().Be(10.1);
        var quarantined = clean.Quarantined.Should().ContainSingle().Subject;
        quarantined.Rule.Should().Be("conflicting-duplicate");
        quarantined.Bar.Close.Number.Should().Be(10.2);
    }

    [Fact]
    public void Every_bar_ends_in_exactly_one_place_whatever_comes()
    {
        var random = new Random(20261120);
        for (var round = 0; round < 200; round++)
        {
            var bars = Enumerable.Range(0, random.Next(1, 60)).Select(_ => AnyBar(random)).ToArray();

            var clean = _cleaner.Clean(Daily(bars));

            (clean.Bars.Count + clean.Quarantined.Count + clean.Repeated).Should().Be(bars.Length);
            clean.Bars.Select(bar => bar.Start).Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
        }
    }

    [Fact]
    public void The_same_message_is_cleaned_to_the_same_result_every_time()
    {
        var random = new Random(7);
        var message = Daily([.. Enumerable.Range(0, 500).Select(_ => AnyBar(random))]);

        var first = _cleaner.Clean(message);
        var second = _cleaner.Clean(message);

        second.Bars.Should().Equal(first.Bars);
        second.Quarantined.Should().Equal(first.Quarantined);
    }

    private static RawBar AnyBar(Random random)
    {
        RawValue Price() => random.Next(12) switch
        {
            0 => default,
            1 => new RawValue("N/A"),
            2 => 0,
            3 => -1,
            4 => 1e300,
            _ => 9 + random.Next(3),
        };
        return new RawBar(
            new DateTimeOffset(2013, 2, 4, 0, 0, 0, TimeSpan.Zero).AddDays(random.Next(14)), Price(), Price(), Price(), Price(), random.Next(5) == 0 ? 0.5 : 100);
    }
}
