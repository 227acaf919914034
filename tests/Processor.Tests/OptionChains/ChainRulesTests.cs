using StocksDapr.Market;
using StocksDapr.Market.Options;
using StocksDapr.Processor.OptionChains;

namespace StocksDapr.Processor.Tests.OptionChains;

public sealed class ChainRulesTests
{
    private readonly ChainCleaner _cleaner = new(ExchangeCalendar.UsEquities, Microsoft.Extensions.Options.Options.Create(new OptionsSettings()));

    public static TheoryData<string, string, double> Shifts => new()
    {
        { "crossed-quotes", "TEST261218C00100000", double.NaN },
        { "monotone-in-strike", "TEST261218C00105000", 5 },
        { "monotone-in-strike", "TEST261218C00095000", -4 },
        { "convex-in-strike", "TEST261218P00100000", 1 },
        { "put-call-parity", "TEST261218C00120000", 1.5 },
        { "put-call-parity", "TEST261218P00080000", 1.5 },
        { "calendar-spread", "TEST270319P00090000", -2.3 },
    };

    [Theory]
    [MemberData(nameof(Shifts))]
    public void A_price_that_earns_money_without_risk_is_found_and_stored_all_the_same(string rule, string contract, double shift)
    {
        var quotes = ChainOf.Quotes().Select(quote => quote.Contract != contract ? quote
            : double.IsNaN(shift) ? quote with { Bid = quote.Ask + 0.05 }
            : quote with { Bid = Math.Max(quote.Bid!.Value + shift, 0.01), Ask = Math.Max(quote.Ask!.Value + shift, 0.02) }).ToList();

        var clean = _cleaner.Clean(ChainOf.Chain(quotes));

        clean.Findings.Should().Contain(finding => finding.Rule == rule);
        clean.Quotes.Should().HaveCount(68);
        clean.Quarantined.Should().BeEmpty();
        if (rule == "crossed-quotes")
            clean.Quotes.Single(quote => quote.Quote.Contract == contract).Valuation.Should().BeNull();
    }

    [Fact]
    public void Wide_and_missing_quotes_are_no_finding()
    {
        var random = new Random(5);
        var quotes = ChainOf.Quotes().Select(quote => random.Next(4) switch
        {
            0 => quote with { Bid = 0 },
            1 => quote with { Ask = null },
            2 => quote with { Bid = Math.Max(quote.Bid!.Value - 3, 0), Ask = quote.Ask + 3 },
            _ => quote,
        }).ToList();

        _cleaner.Clean(ChainOf.Chain(quotes)).Findings.Should().BeEmpty();
    }

    [Fact]
    public void However_many_contracts_break_a_rule_it_is_one_finding_for_an_expiry()
    {
        var quotes = ChainOf.Quotes().Select(quote => quote with { Bid = quote.Ask + 0.10 }).ToList();

        var findings = _cleaner.Clean(ChainOf.Chain(quotes)).Findings;

        findings.Should().HaveCount(2).And.OnlyContain(finding => finding.Rule == "crossed-quotes");
        findings[0].Detail.Should().StartWith("2026-12-18, 34 times: TEST261218C00080000 bid ");
        findings[0].Detail.Split(';').Should().HaveCount(3, "some examples, not all");
        findings[0].Contract.Should().Be("TEST261218C00080000");
    }

    [Theory]
    [InlineData(11.9, 7, null)]
    [InlineData(12.2, 7, "monotone-in-strike")] // by more than the strikes differ
    [InlineData(9.8, 8.2, "convex-in-strike")] // three quarters of 10, one quarter of 2
    public void Neighbours_are_judged_by_how_far_their_strikes_lie_apart(double lowest, double middle, string? rule)
    {
        var quotes = ((double Strike, double Bid, double Ask)[])[(100, lowest, Math.Max(lowest, 10)), (105, middle, 7.1), (120, 1.8, 2)];

        var clean = _cleaner.Clean(ChainOf.Chain([.. quotes.Select(quote => ChainOf.Quote(OptionType.Call, ChainOf.December, quote.Strike) with { Bid = quote.Bid, Ask = Math.Max(quote.Bid, quote.Ask) })]));

        clean.Findings.Select(finding => finding.Rule).Should().Equal(rule is null ? [] : [rule]);
    }

    [Fact]
    public void Prices_by_the_book_rounded_to_ticks_never_break_a_rule()
    {
        foreach (var spread in (double[])[0.01, 0.05, 0.2])
        {
            var quotes = ChainOf.Quotes(spread).Select(quote => quote with { Bid = Math.Round(quote.Bid!.Value, 2), Ask = Math.Round(quote.Ask!.Value, 2) }).ToList();
            _cleaner.Clean(ChainOf.Chain(quotes)).Findings.Should().BeEmpty();
        }
    }
}
