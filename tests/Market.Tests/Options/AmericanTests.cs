using StocksDapr.Market.Options;
using static StocksDapr.Market.Options.OptionType;

namespace StocksDapr.Market.Tests.Options;

public sealed class AmericanTests
{
    /// <summary>Against a Cox-Ross-Rubinstein tree of 1,200 and 1,201 steps, their mean, written elsewhere.</summary>
    [Theory]
    [InlineData(Put, 36, 40, 1, 0.06, 0, 0.2, 4.4867)] // Longstaff and Schwartz's table has 4.478 for 50 chances a year
    [InlineData(Put, 36, 40, 1, 0.06, 0, 0.4, 7.1094)]
    [InlineData(Put, 44, 40, 1, 0.06, 0, 0.2, 1.1132)]
    [InlineData(Put, 40, 40, 2, 0.06, 0, 0.2, 2.8899)]
    [InlineData(Put, 50, 50, 5.0 / 12, 0.10, 0, 0.4, 4.2845)] // Hull's example of a binomial tree
    [InlineData(Put, 100, 95, 0.5, 0.08, 0, 0.3, 4.6923)]
    [InlineData(Call, 100, 100, 0.5, 0.03, 0.07, 0.25, 6.1449)]
    [InlineData(Call, 120, 100, 1, 0.02, 0.08, 0.3, 22.1455)]
    [InlineData(Put, 80, 100, 0.25, 0.05, 0.02, 0.2, 20)]
    [InlineData(Put, 100, 100, 0.1, 0.05, 0, 0.6, 7.3251)]
    [InlineData(Put, 100, 120, 2, 0.01, 0, 0.15, 21.3063)]
    public void Prices_agree_with_a_large_tree(OptionType type, double spot, double strike, double years, double rate, double yield, double volatility, double expected)
    {
        var terms = new OptionTerms(type, spot, strike, years, rate, yield);

        American.Price(terms, volatility).Should().BeApproximately(expected, 6e-5 * strike);
        American.Price(terms, volatility, steps: 501).Should().BeApproximately(expected, 1.5e-5 * strike);
    }

    [Fact]
    public void A_call_is_exercised_before_a_dividend_that_is_worth_it()
    {
        // Haug 1.4.2, Roll-Geske-Whaley: 4.3860; Hull's two dividends: 3.72 against a European 3.67.
        American.Price(new OptionTerms(Call, 80, 82, 0.3333, 0.06), 0.3, [new CashDividend(0.25, 4)], 501).Should().BeApproximately(4.386, 0.004);
        American.Price(new OptionTerms(Call, 80, 82, 0.3333, 0.06), 0.3, [new CashDividend(0.25, 4)]).Should().BeApproximately(4.386, 0.01);
        American.Price(new OptionTerms(Call, 40, 40, 0.5, 0.09), 0.3, [new CashDividend(2.0 / 12, 0.5), new CashDividend(5.0 / 12, 0.5)]).Should().BeApproximately(3.717, 0.005);
        American.Price(new OptionTerms(Put, 100, 100, 0.5, 0.05), 0.3, [new CashDividend(0.2, 2)]).Should().BeApproximately(8.276, 0.005);
    }

    [Fact]
    public void A_dividend_after_the_expiry_changes_nothing_and_a_call_without_dividends_is_european()
    {
        var terms = new OptionTerms(Call, 100, 95, 0.25, 0.05);
        var european = BlackScholes.Price(terms, 0.25);

        American.EarlyExerciseMatters(terms, 0.25).Should().BeFalse();
        American.Price(terms, 0.25).Should().Be(european);
        American.Price(terms, 0.25, [new CashDividend(0.3, 5)]).Should().Be(european);
        American.Greeks(terms, 0.25).Should().Be(BlackScholes.Greeks(terms, 0.25));
    }

    [Fact]
    public void Prices_lie_between_the_european_one_or_the_intrinsic_value_and_the_bound()
    {
        foreach (var (terms, volatility) in Grid.Of(4, 3_000))
        {
            var price = American.Price(terms, volatility);
            var scale = Math.Max(terms.Spot, terms.Strike);

            price.Should().BeGreaterThanOrEqualTo(Math.Max(BlackScholes.Price(terms, volatility), terms.Intrinsic) * (1 - 1e-12));
            price.Should().BeLessThanOrEqualTo((terms.Type == Call ? terms.Spot : terms.Strike) * (1 + 1e-6));
            if (!American.EarlyExerciseMatters(terms, volatility))
                AmericanTree.Premium(terms, volatility, []).Value.Should().BeLessThan(1e-5 * scale);
        }
    }

    [Fact]
    public void Greeks_are_the_slopes_of_the_price()
    {
        foreach (var (terms, volatility) in Grid.Of(5, 400).Where(item => item.Terms.Years > 0.05 && item.Volatility > 0.1))
        {
            var greeks = American.Greeks(terms, volatility);
            var scale = Math.Max(terms.Spot, terms.Strike);
            var (ds, dv, dt) = (terms.Spot * volatility * Math.Sqrt(terms.Years) * 0.05, volatility * 0.01, terms.Years * 0.01);

            // A large tree is smooth enough for differences.
            double At(double spot = 0, double years = 0, double rate = 0, double vol = 0) => American.Price(
                new OptionTerms(terms.Type, terms.Spot + spot, terms.Strike, terms.Years + years, terms.Rate + rate, terms.Yield), volatility + vol, [], 401);

            greeks.Price.Should().BeApproximately(At(), 2.5e-4 * scale);
            greeks.Delta.Should().BeApproximately((At(spot: ds) - At(spot: -ds)) / (2 * ds), 0.02);
            greeks.Vega.Should().BeApproximately((At(vol: dv) - At(vol: -dv)) / (2 * dv) / 100, 1e-4 * scale);
            greeks.Theta.Should().BeApproximately(-(At(years: dt) - At(years: -dt)) / (2 * dt) / 365, 2e-3 * volatility * scale / 100 / Math.Sqrt(terms.Years) * 10);
            greeks.Rho.Should().BeApproximately((At(rate: 1e-3) - At(rate: -1e-3)) / 2e-3 / 100, 2e-3 * scale * Math.Max(terms.Years, 0.2), $"{terms.Type} {terms.Spot} {terms.Strike} {terms.Years} {terms.Rate} {terms.Yield} {volatility} {greeks}");
        }
    }

    [Fact]
    public void A_price_leads_to_the_volatility_that_made_it_and_back()
    {
        var found = 0;
        foreach (var (terms, volatility) in Grid.Of(6, 3_000))
        {
            var price = American.Price(terms, volatility);
            if (American.ImpliedVolatility(terms, price).Value is not { } implied)
            {
                (price - Math.Max(terms.Intrinsic, BlackScholes.Price(terms, 0))).Should().BeLessThan(1e-6 * terms.Strike);
                continue;
            }

            found++;
            American.Price(terms, implied).Should().BeApproximately(price, 1e-5 * Math.Max(terms.Spot, terms.Strike));
            if (BlackScholes.Greeks(terms, volatility).Vega > 1e-3 * terms.Strike)
                implied.Should().BeApproximately(volatility, 0.002 * volatility);
        }

        found.Should().BeGreaterThan(2_000);
    }

    [Fact]
    public void With_dividends_the_volatility_comes_back_too()
    {
        CashDividend[] dividends = [new(0.1, 1.2), new(0.35, 1.2)];
        foreach (var strike in (double[])[80, 95, 100, 105, 120])
        {
            foreach (var type in (OptionType[])[Call, Put])
            {
                var terms = new OptionTerms(type, 100, strike, 0.5, 0.04);
                var price = American.Price(terms, 0.27, dividends);
                American.ImpliedVolatility(terms, price, dividends).Value.Should().BeApproximately(0.27, 1e-6, $"{type} {strike}");
            }
        }
    }

    [Theory]
    [InlineData(20, NoVolatility.NoTimeValue)]
    [InlineData(19.99, NoVolatility.BelowLeast)]
    [InlineData(100, NoVolatility.AboveMost)]
    [InlineData(double.NaN, NoVolatility.NotANumber)]
    public void A_price_that_no_volatility_explains_is_refused_with_the_reason(double price, NoVolatility reason) =>
        American.ImpliedVolatility(new OptionTerms(Put, 80, 100, 0.5, 0.05), price).Reason.Should().Be(reason);

    [Fact]
    public void What_is_sure_to_be_exercised_moves_with_the_share_alone() =>
        American.Greeks(new OptionTerms(Put, 50, 100, 0.5, 0.05), 0.2).Should().Be(new Greeks(50, -1, 0, 0, 0, 0));

    [Fact]
    public void Dividends_worth_more_than_the_share_are_refused()
    {
        var price = () => American.Price(new OptionTerms(Call, 10, 10, 1, 0.05), 0.2, [new CashDividend(0.5, 11)]);
        price.Should().Throw<ArgumentOutOfRangeException>();
    }
}
