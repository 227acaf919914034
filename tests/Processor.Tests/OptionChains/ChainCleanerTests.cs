using System.Text.Json;
using StocksDapr.Contracts.Json;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;
using StocksDapr.Market.Options;
using StocksDapr.Processor.OptionChains;

namespace StocksDapr.Processor.Tests.OptionChains;

public sealed class ChainCleanerTests
{
    private readonly ChainCleaner _cleaner = new(ExchangeCalendar.UsEquities, Microsoft.Extensions.Options.Options.Create(new OptionsSettings()));

    [Fact]
    public void Volatility_and_greeks_come_out_as_they_went_in()
    {
        var clean = _cleaner.Clean(ChainOf.Chain(ChainOf.Quotes()));

        clean.Quotes.Should().HaveCount(68);
        clean.Quarantined.Should().BeEmpty();
        clean.Findings.Should().BeEmpty();
        clean.Spot.Should().Be(ChainOf.Spot);
        foreach (var quote in clean.Quotes.Where(quote => quote.Quote.Strike is >= 85 and <= 115))
        {
            var years = OptionTime.YearsToExpiry(ChainOf.At, quote.Quote.Expiry, ExchangeCalendar.UsEquities);
            var expected = American.Greeks(new OptionTerms(quote.Quote.Type, ChainOf.Spot, quote.Quote.Strike, years, ChainOf.Rate, ChainOf.Yield), ChainOf.Volatility);
            quote.Valuation.Should().NotBeNull();
            quote.Valuation!.Volatility.Should().BeApproximately(ChainOf.Volatility, 0.002, quote.Quote.Contract);
            quote.Valuation.Delta.Should().BeApproximately(expected.Delta, 0.005, quote.Quote.Contract);
            quote.Valuation.Vega.Should().BeApproximately(expected.Vega, 0.005, quote.Quote.Contract);
            quote.Valuation.Theta.Should().BeApproximately(expected.Theta, 0.002, quote.Quote.Contract);
        }
    }

    [Fact]
    public void Without_a_price_of_the_underlying_put_call_parity_tells_it()
    {
        var clean = _cleaner.Clean(ChainOf.Chain(ChainOf.Quotes(), price: null));

        clean.UnderlyingPrice.Should().BeNull();
        clean.Spot.Should().BeApproximately(ChainOf.Spot, 0.3);
        clean.Quotes.Where(quote => quote.Quote.Strike is >= 90 and <= 110).Should().OnlyContain(quote => Math.Abs(quote.Valuation!.Volatility - ChainOf.Volatility) < 0.01);
    }

    [Fact]
    public void Zeros_that_mean_no_quote_become_null_and_nothing_is_computed_from_one_side()
    {
        var quote = ChainOf.Quote(OptionType.Call, ChainOf.December, 100);
        var put = ChainOf.Quote(OptionType.Put, ChainOf.December, 100);
        var clean = _cleaner.Clean(ChainOf.Chain([quote with { Bid = 0, Last = 0, ImpliedVolatility = 1e-5, Volume = 0, LastTradeAt = null }, put with { Ask = 0 }]));

        clean.Quotes.Single(kept => kept.Quote.Type == OptionType.Put).Should().Be(new CleanOptionQuote(put with { Ask = null }, null));
        clean.Findings.Should().BeEmpty("nothing is crossed with an ask that is none");
        var kept = clean.Quotes.Single(kept => kept.Quote.Type == OptionType.Call);
        kept.Quote.Should().Be(quote with { Bid = null, Last = null, ImpliedVolatility = null, Volume = 0, LastTradeAt = null });
        kept.Valuation.Should().BeNull();
    }

    public static TheoryData<string, Func<RawOptionQuote, RawOptionQuote>> BrokenQuotes => new()
    {
        { "not-a-contract", quote => quote with { Contract = "TEST" } },
        { "strike-not-positive", quote => quote with { Strike = 0 } },
        { "strike-not-positive", quote => quote with { Strike = double.NaN } },
        { "contract-mismatch", quote => quote with { Strike = 100.5 } },
        { "contract-mismatch", quote => quote with { Type = OptionType.Put } },
        { "contract-mismatch", quote => quote with { Expiry = quote.Expiry.AddDays(1) } },
        { "negative-value", quote => quote with { Bid = -0.01 } },
        { "negative-value", quote => quote with { OpenInterest = -1 } },
        { "negative-value", quote => quote with { ImpliedVolatility = double.NaN } },
        { "value-too-large", quote => quote with { Ask = 1e12 } },
        { "contract-expired", quote => quote with { Contract = "TEST261119C00100000", Expiry = new DateOnly(2026, 11, 19) } },
        { "expiry-too-far", quote => quote with { Contract = "TEST471220C00100000", Expiry = new DateOnly(2047, 12, 20) } },
        { "trade-in-the-future", quote => quote with { LastTradeAt = ChainOf.At.AddDays(2) } },
    };

    [Theory]
    [MemberData(nameof(BrokenQuotes))]
    public void A_quote_that_breaks_a_rule_goes_to_quarantine_as_it_was_said_and_the_rest_goes_on(string rule, Func<RawOptionQuote, RawOptionQuote> spoil)
    {
        var bad = spoil(ChainOf.Quote(OptionType.Call, ChainOf.December, 100));

        var clean = _cleaner.Clean(ChainOf.Chain([.. ChainOf.Quotes().Where(quote => quote.Contract != "TEST261218C00100000"), bad]));

        var quarantined = clean.Quarantined.Should().ContainSingle().Subject;
        quarantined.Rule.Should().Be(rule);
        quarantined.Quote.Should().BeSameAs(bad);
        quarantined.Detail.Should().NotBeEmpty();
        clean.Quotes.Should().HaveCount(67);
    }

    [Fact]
    public void The_day_on_which_a_contract_expires_is_part_of_its_life()
    {
        var today = ChainOf.Quote(OptionType.Call, new DateOnly(2026, 11, 20), 100);
        _cleaner.Clean(ChainOf.Chain([today])).Quotes.Should().ContainSingle();

        // In New York it is still that day, whatever UTC says.
        _cleaner.Clean(ChainOf.Chain([today]) with { QuotedAt = DateTimeOffset.Parse("2026-11-21T01:00:00Z") }).Quotes.Should().ContainSingle();
    }

    [Fact]
    public void A_contract_said_twice_is_a_repetition_or_a_conflict()
    {
        var quote = ChainOf.Quote(OptionType.Call, ChainOf.December, 100);
        var clean = _cleaner.Clean(ChainOf.Chain([quote, quote with { }, quote with { Ask = 9 }]));

        clean.Quotes.Should().ContainSingle().Which.Quote.Should().Be(quote);
        clean.Repeated.Should().Be(1);
        clean.Quarantined.Should().ContainSingle().Which.Rule.Should().Be("conflicting-duplicate");
    }

    [Fact]
    public void Configured_rates_take_the_place_of_those_of_the_day()
    {
        var settings = new OptionsSettings { Rates = { [30] = 0.10, [365] = 0.10 } };
        var clean = new ChainCleaner(ExchangeCalendar.UsEquities, Microsoft.Extensions.Options.Options.Create(settings)).Clean(ChainOf.Chain(ChainOf.Quotes()));

        // A higher rate with the same prices is a higher yield: rho and delta differ, the volatility hardly does.
        var ours = clean.Quotes.Single(quote => quote.Quote.Contract == "TEST270319C00100000").Valuation!;
        ours.Volatility.Should().BeApproximately(ChainOf.Volatility, 0.01);
        ours.Rho.Should().NotBeApproximately(_cleaner.Clean(ChainOf.Chain(ChainOf.Quotes())).Quotes.Single(quote => quote.Quote.Contract == "TEST270319C00100000").Valuation!.Rho, 1e-4);
    }

    [Theory]
    [InlineData(0, "schema")]
    [InlineData(1, "underlying")]
    [InlineData(2, "provenance")]
    [InlineData(3, "contracts")]
    [InlineData(4, "contracts")]
    [InlineData(5, "quotedAt")]
    public void A_message_that_lacks_what_names_it_cannot_be_understood(int kind, string about)
    {
        var chain = ChainOf.Chain([ChainOf.Quote(OptionType.Call, ChainOf.December, 100)]);
        var spoiled = kind switch
        {
            0 => chain with { Version = 2 },
            1 => chain with { Underlying = "not a symbol" },
            2 => chain with { Provenance = null! },
            3 => chain with { Contracts = null! },
            4 => chain with { Contracts = [null!] },
            _ => chain with { QuotedAt = default },
        };

        ChainCleaner.Unreadable(chain).Should().BeNull();
        ChainCleaner.Unreadable(spoiled).Should().Contain(about);
    }

    [Fact]
    public void Whatever_a_provider_says_is_judged_and_can_be_sent_on()
    {
        var random = new Random(11);
        double Odd() => random.Next(6) switch
        {
            0 => 0,
            1 => double.Epsilon,
            2 => 99_999.999,
            3 => Math.Pow(10, (random.NextDouble() * 16) - 8),
            4 => -1,
            _ => random.NextDouble() * 200,
        };

        for (var round = 0; round < 300; round++)
        {
            var quotes = ChainOf.Quotes().Where(_ => random.Next(3) == 0).Select(quote => random.Next(2) == 0 ? quote : quote with
            {
                Bid = random.Next(4) == 0 ? null : Odd(),
                Ask = random.Next(4) == 0 ? null : Odd(),
                Last = Odd(),
                ImpliedVolatility = Odd(),
            }).ToList();
            var price = random.Next(4) switch { 0 => default(double?), 1 => ChainOf.Spot, _ => Odd() };
            if (quotes.Count == 0)
                continue;

            var clean = _cleaner.Clean(ChainOf.Chain(quotes, price));

            (clean.Quotes.Count + clean.Quarantined.Count + clean.Repeated).Should().Be(quotes.Count);
            JsonSerializer.SerializeToUtf8Bytes(clean, ContractsJson.Options).Should().NotBeEmpty();
        }
    }
}
