using StocksDapr.Market.Options;
using static StocksDapr.Market.Options.OptionType;

namespace StocksDapr.Market.Tests.Options;

public sealed class AmericanTests
{
    /// <summary>
    /// Against Kim's integral equation solved with 20 collocation points and 150 of each integral, written elsewhere; a tree of 2,001 steps says the same to 3 parts
    /// in 10 million of the strike. The tolerances are what 8 and 28 points leave, and trees of 51 and 501 steps.
    /// </summary>
    [Theory]
    [InlineData(Put, 36, 40, 1, 0.06, 0, 0.2, 4.486676)] // Longstaff and Schwartz's table has 4.478 for 50 chances a year
    [InlineData(Put, 36, 40, 1, 0.06, 0, 0.4, 7.108981)]
    [InlineData(Put, 44, 40, 1, 0.06, 0, 0.2, 1.112962)]
    [InlineData(Put, 40, 40, 2, 0.06, 0, 0.2, 2.889953)]
    [InlineData(Put, 50, 50, 5.0 / 12, 0.10, 0, 0.4, 4.284216)] // Hull's example of a binomial tree
    [InlineData(Put, 100, 95, 0.5, 0.08, 0, 0.3, 4.691449)]
    [InlineData(Call, 100, 100, 0.5, 0.03, 0.07, 0.25, 6.144607)]
    [InlineData(Call, 120, 100, 1, 0.02, 0.08, 0.3, 22.145329)]
    [InlineData(Put, 80, 100, 0.25, 0.05, 0.02, 0.2, 20)]
    [InlineData(Put, 100, 100, 0.1, 0.05, 0, 0.6, 7.324910)]
    [InlineData(Put, 100, 120, 2, 0.01, 0, 0.15, 21.305924)]
    public void Prices_are_those_of_the_integral_equation(OptionType type, double spot, double strike, double years, double rate, double yield, double volatility, double expected)
    {
        var terms = new OptionTerms(type, spot, strike, years, rate, yield);

        American.Price(terms, volatility).Should().BeApproximately(expected, 2.5e-6 * strike);
        AmericanByTree.Price(terms, volatility, default).Should().BeApproximately(expected, 5e-5 * strike);
        AmericanByTree.Price(terms, volatility, default, 501).Should().BeApproximately(expected, 4e-6 * strike);
    }

    /// <summary>The error goes with the length of a step, since a dividend falls somewhere into one.</summary>
    [Fact]
    public void A_call_is_exercised_before_a_dividend_that_is_worth_it()
    {
        // Haug 1.4.2, Roll-Geske-Whaley: 4.3860.
        CashDividend[] dividend = [new(0.25, 4)];
        var call = new OptionTerms(Call, 80, 82, 0.3333, 0.06);
        American.Price(call, 0.3, dividend).Should().BeApproximately(4.386, 0.0098);
        AmericanByTree.Price(call, 0.3, dividend, 501).Should().BeApproximately(4.386, 0.0035);
        AmericanByTree.Price(call, 0.3, dividend, 2_001).Should().BeApproximately(4.386, 0.0009);

        // Hull's two dividends: 3.72 against a European 3.67.
        American.Price(new OptionTerms(Call, 40, 40, 0.5, 0.09), 0.3, [new CashDividend(2.0 / 12, 0.5), new CashDividend(5.0 / 12, 0.5)]).Should().BeApproximately(3.7173, 0.0008);
        American.Price(new OptionTerms(Put, 100, 100, 0.5, 0.05), 0.3, [new CashDividend(0.2, 2)]).Should().BeApproximately(8.2755, 0.0002);
    }

    [Fact]
    public void A_dividend_after_the_expiry_changes_nothing_and_a_call_without_dividends_is_european()
    {
        var terms = new OptionTerms(Call, 100, 95, 0.25, 0.05);
        var european = BlackScholes.Price(terms, 0.25);

        EarlyExercise.Matters(terms, 0.25).Should().BeFalse();
        American.Price(terms, 0.25).Should().Be(european);
        American.Price(terms, 0.25, [new CashDividend(0.3, 5)]).Should().Be(european);
        American.Greeks(terms, 0.25).Should().Be(BlackScholes.Greeks(terms, 0.25));
    }

    [Fact]
    public void Prices_lie_between_the_european_one_or_the_intrinsic_value_and_the_bound()
    {
        foreach (var (terms, volatility) in Grid.Of(4, 1_500))
        {
            var price = AmericanByTree.Price(terms, volatility, default);
            var scale = Math.Max(terms.Spot, terms.Strike);

            price.Should().BeGreaterThanOrEqualTo(Math.Max(BlackScholes.Price(terms, volatility), terms.Intrinsic) * (1 - 1e-12));
            price.Should().BeLessThanOrEqualTo((terms.Type == Call ? terms.Spot : terms.Strike) * (1 + 1e-6));
            if (!EarlyExercise.Matters(terms, volatility))
                AmericanTree.Premium(terms, volatility, []).Value.Should().BeLessThan(1e-5 * scale);
        }
    }

    /// <summary>
    /// Two methods that share nothing but the European price. A tree of 501 steps has delta and gamma from its first nodes, vega and rho from bumps: the tolerances
    /// are twice what is left of its steps. Where rates are all but zero its rho is worse, since the bump is too short; and beside the exercise boundary
    /// either method may say that it is exercised.
    /// </summary>
    [Fact]
    public void The_greeks_of_a_tree_come_to_those_of_the_surface()
    {
        var compared = 0;
        foreach (var (terms, volatility) in Grid.Of(5, 120).Where(item => EarlyExercise.Matters(item.Terms, item.Volatility) && Math.Abs(item.Terms.Rate) > 0.005))
        {
            var (tree, surface) = (AmericanByTree.Greeks(terms, volatility, default, 501), American.Greeks(terms, volatility));
            var (scale, root) = (Math.Max(terms.Spot, terms.Strike), Math.Sqrt(terms.Years));
            if (surface.Price - terms.Intrinsic < 1e-4 * scale)
                continue;

            compared++;
            tree.Price.Should().BeApproximately(surface.Price, 8e-6 * scale);
            tree.Delta.Should().BeApproximately(surface.Delta, 3e-4);
            (tree.Gamma * terms.Spot * volatility * root).Should().BeApproximately(surface.Gamma * terms.Spot * volatility * root, 3e-3);
            (tree.Vega * 100).Should().BeApproximately(surface.Vega * 100, 2.5e-3 * scale * root);
            (tree.Theta * 365).Should().BeApproximately(surface.Theta * 365, 1.5e-3 * scale * volatility / root);
            (tree.Rho * 100).Should().BeApproximately(surface.Rho * 100, 0.01 * scale * terms.Years);
        }

        compared.Should().BeGreaterThan(30);
    }

    /// <summary>The price jumps a little from tree to tree, as dividends move along its steps, and differences of it with them: most in time.</summary>
    [Fact]
    public void With_dividends_the_greeks_are_the_slopes_of_the_price()
    {
        foreach (var strike in (double[])[80, 100, 120])
        {
            foreach (var type in (OptionType[])[Call, Put])
            {
                double At(double spot = 100, double years = 0.5, double rate = 0.04, double volatility = 0.27) => AmericanByTree.Price(
                    new OptionTerms(type, spot, strike, years, rate), volatility, [new CashDividend(years - 0.4, 1.2), new CashDividend(years - 0.15, 1.2)], 1001);
                var greeks = AmericanByTree.Greeks(new OptionTerms(type, 100, strike, 0.5, 0.04), 0.27, [new CashDividend(0.1, 1.2), new CashDividend(0.35, 1.2)], 1001);
                if (greeks.Gamma == 0)
                    continue;

                greeks.Delta.Should().BeApproximately((At(spot: 101) - At(spot: 99)) / 2, 6e-4, $"{type} {strike}");
                greeks.Vega.Should().BeApproximately(At(volatility: 0.275) - At(volatility: 0.265), 6e-4, $"{type} {strike}");
                greeks.Theta.Should().BeApproximately((At(years: 0.5 - (2.5 / 365)) - At(years: 0.5 + (2.5 / 365))) / 5, 4e-4, $"{type} {strike}");
                greeks.Rho.Should().BeApproximately((At(rate: 0.041) - At(rate: 0.039)) * 5, 1.5e-4, $"{type} {strike}");
            }
        }
    }

    /// <summary>A tree's price says the same at the volatility that is found, to what is looked for: 1e-10 of the price or of the volatility.</summary>
    [Fact]
    public void A_price_leads_to_the_volatility_that_made_it_and_back()
    {
        var found = 0;
        foreach (var (terms, volatility) in Grid.Of(6, 600))
        {
            var price = AmericanByTree.Price(terms, volatility, default);
            var scale = Math.Max(terms.Spot, terms.Strike);
            if (AmericanByTree.ImpliedVolatility(terms, price, default).Value is not { } implied)
            {
                (price - Math.Max(terms.Intrinsic, BlackScholes.Price(terms, 0))).Should().BeLessThan(1e-7 * scale);
                continue;
            }

            found++;
            AmericanByTree.Price(terms, implied, default).Should().BeApproximately(price, 2e-10 * scale);
            if (BlackScholes.Greeks(terms, volatility).Vega > 1e-3 * terms.Strike)
                implied.Should().BeApproximately(volatility, 1e-8 * volatility);
        }

        found.Should().BeGreaterThan(400);
    }

    /// <summary>
    /// Money that costs to hold is best paid away early, and so is a share that costs to hold; where both cost, a put is exercised between two boundaries
    /// (A. Battauz, M. De Donno and A. Sbuelz 2015). Expected is the mean of Cox-Ross-Rubinstein trees of 3,000 and 3,001 steps, written elsewhere, right to
    /// 2 parts in a million of the strike; a tree of 51 steps is to 13.
    /// </summary>
    [Theory]
    [InlineData(Call, 110, -0.03, 0, 12.90978)]
    [InlineData(Call, 110, -0.04, -0.01, 12.97449)]
    [InlineData(Put, 90, -0.01, -0.04, 12.39068)]
    [InlineData(Put, 100, 0, -0.03, 6.87200)]
    [InlineData(Put, 95, -0.01, 0, null)]
    [InlineData(Call, 110, 0.02, 0, null)]
    public void Rates_and_yields_below_zero_make_early_exercise_matter_where_it_saves_them(OptionType type, double spot, double rate, double yield, double? expected)
    {
        var terms = new OptionTerms(type, spot, 100, 1, rate, yield);

        EarlyExercise.Matters(terms, 0.2).Should().Be(expected is not null);
        American.Price(terms, 0.2).Should().BeApproximately(expected ?? BlackScholes.Price(terms, 0.2), expected is null ? 0 : 1.3e-3);
        AmericanByTree.Price(terms, 0.2, default, 1001).Should().BeApproximately(expected ?? BlackScholes.Price(terms, 0.2), expected is null ? 0 : 2e-4);
        if (expected is not null)
            American.ImpliedVolatility(terms, American.Price(terms, 0.2)).Value.Should().BeApproximately(0.2, 1e-8);
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
