using StocksDapr.Market.Options;
using static StocksDapr.Market.Options.OptionType;

namespace StocksDapr.Market.Tests.Options;

public sealed class AmericanSeriesTests
{
    /// <summary>
    /// A tree of 1,001 steps, extrapolated and with the European price for control, is itself right to 2.5e-5 of the larger of spot and strike in the worst of
    /// these cases; the series' error is at most 2e-5.
    /// </summary>
    [Fact]
    public void Prices_are_those_of_a_large_tree_whatever_the_terms()
    {
        foreach (var (terms, volatility) in Grid.OfExtremes(21, 60))
        {
            var price = Series(terms).Price(terms.Type, terms.Spot, terms.Strike, volatility);
            price.Should().BeApproximately(AmericanByTree.Price(terms, volatility, default, 1001), 4e-5 * Math.Max(terms.Spot, terms.Strike), Text(terms, volatility));
        }
    }

    [Fact]
    public void Prices_lie_between_the_european_one_or_the_intrinsic_value_and_the_bound()
    {
        foreach (var (terms, volatility) in Grid.OfExtremes(22, 800))
        {
            var greeks = Series(terms).Greeks(terms.Type, terms.Spot, terms.Strike, volatility);
            var price = Series(terms).Price(terms.Type, terms.Spot, terms.Strike, volatility);
            var most = terms.Type == Call ? terms.Spot * Math.Exp(Math.Max(-terms.Yield, 0) * terms.Years) : terms.Strike * Math.Exp(Math.Max(-terms.Rate, 0) * terms.Years);

            price.Should().BeGreaterThanOrEqualTo(BlackScholes.Price(terms, volatility) * (1 - 1e-12), Text(terms, volatility));
            price.Should().BeGreaterThanOrEqualTo(terms.Intrinsic, Text(terms, volatility));
            price.Should().BeLessThanOrEqualTo(most * (1 + 2e-5), Text(terms, volatility));
            greeks.Price.Should().BeApproximately(price, 1e-12 * Math.Max(terms.Spot, terms.Strike), Text(terms, volatility));
            double.IsFinite(greeks.Delta + greeks.Gamma + greeks.Vega + greeks.Theta + greeks.Rho).Should().BeTrue(Text(terms, volatility));
            (terms.Sign * greeks.Delta).Should().BeInRange(-1e-5, Math.Max(1, Math.Exp(-terms.Yield * terms.Years)) + 1e-5, Text(terms, volatility));
        }
    }

    /// <summary>Differences leave what the prices' last digits and the third derivatives make of them; beside the exercise boundary, where gamma jumps, there is no difference to take.</summary>
    [Fact]
    public void Greeks_are_the_slopes_of_the_price()
    {
        var compared = 0;
        foreach (var (terms, volatility) in Grid.OfExtremes(23, 500))
        {
            if (!IsOfSurface(terms))
                continue;

            var series = Series(terms);
            var greeks = series.Greeks(terms.Type, terms.Spot, terms.Strike, volatility);
            var (scale, root) = (Math.Max(terms.Spot, terms.Strike), Math.Sqrt(terms.Years));
            var (ds, dv, dr) = (terms.Spot * volatility * root * 1e-3, volatility * 1e-3, 1e-5);
            double At(double spot = 0, double vol = 0, double rate = 0) =>
                (rate == 0 ? series : new AmericanSeries(terms.Years, terms.Rate + rate, terms.Yield)).Price(terms.Type, terms.Spot + spot, terms.Strike, volatility + vol);
            if (At(spot: -ds) - Intrinsic(terms, -ds) < 1e-5 * scale || At(spot: ds) - Intrinsic(terms, ds) < 1e-5 * scale)
                continue;

            compared++;
            greeks.Delta.Should().BeApproximately((At(spot: ds) - At(spot: -ds)) / (2 * ds), 2e-5, Text(terms, volatility));
            (greeks.Gamma * terms.Spot * volatility * root).Should().BeApproximately((At(spot: ds) - (2 * At()) + At(spot: -ds)) / (ds * ds) * terms.Spot * volatility * root, 1e-3, Text(terms, volatility));
            (greeks.Vega * 100).Should().BeApproximately((At(vol: dv) - At(vol: -dv)) / (2 * dv), 1e-3 * scale * root, Text(terms, volatility));
            (greeks.Rho * 100).Should().BeApproximately((At(rate: dr) - At(rate: -dr)) / (2 * dr), 0.02 * scale * terms.Years, Text(terms, volatility));
        }

        compared.Should().BeGreaterThan(150);
    }

    /// <summary>Prices of one surface are smooth; from one to the next beside it there is a step, as small as the error of either.</summary>
    [Fact]
    public void Prices_rise_with_the_volatility_and_with_the_strike_of_a_put()
    {
        foreach (var (terms, _) in Grid.OfExtremes(24, 25))
        {
            var series = Series(terms);
            foreach (var type in (OptionType[])[Call, Put])
            {
                var last = 0.0;
                for (var volatility = 0.011; volatility < 5.5; volatility *= 1.02)
                {
                    var price = series.Price(type, terms.Spot, terms.Strike, volatility);
                    price.Should().BeGreaterThanOrEqualTo(last - (2e-5 * Math.Max(terms.Spot, terms.Strike)), $"{type} {Text(terms, volatility)}");
                    last = price;
                }

                last = type == Put ? 0 : double.PositiveInfinity;
                for (var strike = terms.Spot / 2; strike < terms.Spot * 2; strike *= 1.005)
                {
                    var price = series.Price(type, terms.Spot, strike, 0.3);
                    (type == Put ? price - last : last - price).Should().BeGreaterThanOrEqualTo(-1e-9 * terms.Spot, $"{type} {strike} {Text(terms, 0.3)}");
                    last = price;
                }
            }
        }
    }

    [Fact]
    public void A_price_leads_to_the_volatility_that_made_it_and_back()
    {
        var found = 0;
        foreach (var (terms, volatility) in Grid.OfExtremes(25, 800).Where(item => IsOfSurface(item.Terms)))
        {
            var series = Series(terms);
            var (price, scale) = (series.Price(terms.Type, terms.Spot, terms.Strike, volatility), Math.Max(terms.Spot, terms.Strike));
            if (series.ImpliedVolatility(terms.Type, terms.Spot, terms.Strike, price).Value is not { } implied)
            {
                // In the money or out of it by more than the volatility reaches.
                (price - Math.Max(terms.Intrinsic, BlackScholes.Price(terms, 0))).Should().BeLessThan(1e-12 * scale, Text(terms, volatility));
                continue;
            }

            found++;
            if (price - Math.Max(terms.Intrinsic, BlackScholes.Price(terms, 0)) > 1e-4 * scale)
                implied.Should().BeApproximately(volatility, 1e-8 * volatility, Text(terms, volatility));
            series.Price(terms.Type, terms.Spot, terms.Strike, implied).Should().BeApproximately(price, 2e-6 * scale, $"{Text(terms, volatility)} {implied}");
        }

        found.Should().BeGreaterThan(300);
    }

    /// <summary>C(S, K, r, q) = P(K, S, q, r).</summary>
    [Fact]
    public void A_call_is_the_put_on_the_strike_with_the_underlying_for_its_strike()
    {
        foreach (var (terms, volatility) in Grid.OfExtremes(26, 150))
        {
            var call = new AmericanSeries(terms.Years, terms.Rate, terms.Yield).Price(Call, terms.Spot, terms.Strike, volatility);
            var put = new AmericanSeries(terms.Years, terms.Yield, terms.Rate).Price(Put, terms.Strike, terms.Spot, volatility);
            var isOfTree = terms.Yield <= 0;
            call.Should().BeApproximately(put, (isOfTree ? 1e-3 : 1e-9) * Math.Max(terms.Spot, terms.Strike), Text(terms, volatility));
        }
    }

    [Fact]
    public void Dividends_make_a_tree_of_each_contract()
    {
        CashDividend[] dividends = [new(0.1, 1.2), new(0.35, 1.2)];
        var series = new AmericanSeries(0.5, 0.04, 0, dividends);
        var terms = new OptionTerms(Call, 100, 95, 0.5, 0.04);

        series.Price(Call, 100, 95, 0.27).Should().Be(AmericanByTree.Price(terms, 0.27, dividends));
        series.Greeks(Call, 100, 95, 0.27).Should().Be(AmericanByTree.Greeks(terms, 0.27, dividends));
        series.ImpliedVolatility(Call, 100, 95, 9).Value.Should().Be(AmericanByTree.ImpliedVolatility(terms, 9, dividends).Value);
    }

    [Theory]
    [InlineData(0.005)]
    [InlineData(12)]
    public void Volatilities_beyond_the_surfaces_are_found_by_trees(double volatility)
    {
        var series = new AmericanSeries(0.5, 0.04, 0.01);
        var price = series.Price(Put, 100, 101, volatility);

        price.Should().Be(AmericanByTree.Price(new OptionTerms(Put, 100, 101, 0.5, 0.04, 0.01), volatility, default));
        if (price > 1.0001)
            series.ImpliedVolatility(Put, 100, 101, price).Value.Should().BeApproximately(volatility, 1e-5 * volatility);
    }

    [Fact]
    public void What_has_expired_or_never_moves_is_worth_what_exercising_it_brings()
    {
        new AmericanSeries(0, 0.05, 0.02).Price(Call, 110, 100, 0.3).Should().Be(10);
        new AmericanSeries(-1, 0.05, 0.02).Greeks(Put, 110, 100, 0.3).Should().Be(default(Greeks));
        new AmericanSeries(0, 0.05, 0.02).ImpliedVolatility(Call, 110, 100, 12).Reason.Should().Be(NoVolatility.Expired);
        new AmericanSeries(1, 0.05, 0.02).Price(Put, 80, 100, 0).Should().Be(20);
    }

    [Fact]
    public void What_is_no_number_is_refused()
    {
        var series = new AmericanSeries(0.5, 0.04, 0.01);
        foreach (var refused in (Action[])
                 [() => series.Price(Put, 0, 100, 0.3), () => series.Greeks(Put, 100, double.NaN, 0.3), () => series.Greeks(Put, 100, 100, -0.1), () => series.ImpliedVolatility(Call, 100, double.PositiveInfinity, 3)])
            refused.Should().Throw<ArgumentOutOfRangeException>();
    }

    private static AmericanSeries Series(in OptionTerms terms) => new(terms.Years, terms.Rate, terms.Yield);

    private static double Intrinsic(in OptionTerms terms, double move) => Math.Max(terms.Sign * (terms.Spot + move - terms.Strike), 0);

    private static bool IsOfSurface(in OptionTerms terms) => terms.Type == Put ? terms.Rate > 0 : terms.Yield > 0;

    private static string Text(in OptionTerms terms, double volatility) =>
        $"{terms.Type} {terms.Spot:r} {terms.Strike} {terms.Years:r} {terms.Rate:r} {terms.Yield:r} {volatility:r}";
}
