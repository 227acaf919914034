using StocksDapr.Market.Options;
using static StocksDapr.Market.Options.OptionType;

namespace StocksDapr.Market.Tests.Options;

public sealed class BlackScholesTests
{
    [Theory]
    [InlineData(Call, 42, 40, 0.5, 0.10, 0, 0.20, 4.76)] // Hull, the first numerical example of the formula
    [InlineData(Put, 42, 40, 0.5, 0.10, 0, 0.20, 0.81)]
    [InlineData(Put, 100, 95, 0.5, 0.10, 0.05, 0.20, 2.4648)] // Haug 1.1.2, stock index
    [InlineData(Call, 60, 65, 0.25, 0.08, 0, 0.30, 2.1334)] // Haug 1.1.1
    [InlineData(Call, 930, 900, 2.0 / 12, 0.08, 0.03, 0.20, 51.83)] // Hull, index option
    public void Textbook_prices_come_out(OptionType type, double spot, double strike, double years, double rate, double yield, double volatility, double expected)
    {
        var printed = expected > 50 ? 0.005 : Math.Round(expected, 2).Equals(expected) ? 0.005 : 0.00005;
        BlackScholes.Price(new OptionTerms(type, spot, strike, years, rate, yield), volatility).Should().BeApproximately(expected, printed);
    }

    /// <summary>Hull, "The Greek letters": a call on 49 with strike 50, 20 weeks.</summary>
    [Fact]
    public void Textbook_greeks_come_out_in_our_units()
    {
        var greeks = BlackScholes.Greeks(new OptionTerms(Call, 49, 50, 0.3846, 0.05), 0.20);

        greeks.Price.Should().BeApproximately(2.40, 0.005);
        greeks.Delta.Should().BeApproximately(0.522, 0.0005);
        greeks.Gamma.Should().BeApproximately(0.066, 0.0005);
        greeks.Vega.Should().BeApproximately(0.121, 0.0005);
        greeks.Theta.Should().BeApproximately(-4.31 / 365, 0.005 / 365);
        greeks.Rho.Should().BeApproximately(0.0891, 0.00005);
    }

    /// <summary>Hull, known dividends: 0.50 in two and in five months.</summary>
    [Fact]
    public void Known_dividends_are_escrowed()
    {
        CashDividend[] dividends = [new(2.0 / 12, 0.5), new(5.0 / 12, 0.5), new(8.0 / 12, 0.5)];
        var escrowed = CashDividend.PresentValue(dividends, 0.09, 0, 0.5);

        escrowed.Should().BeApproximately(0.9742, 0.0001);
        BlackScholes.Price(new OptionTerms(Call, 40 - escrowed, 40, 0.5, 0.09), 0.30).Should().BeApproximately(3.67, 0.005);
    }

    [Fact]
    public void Calls_and_puts_obey_parity_and_lie_within_their_bounds()
    {
        foreach (var (terms, volatility) in Grid.Of(1, 2_000))
        {
            var call = BlackScholes.Price(Grid.As(terms, Call), volatility);
            var put = BlackScholes.Price(Grid.As(terms, Put), volatility);
            var scale = Math.Max(terms.Spot, terms.Strike);

            (call - put).Should().BeApproximately(terms.PresentSpot - terms.PresentStrike, 1e-13 * scale);
            call.Should().BeInRange(Math.Max(terms.PresentSpot - terms.PresentStrike, 0), terms.PresentSpot);
            put.Should().BeInRange(Math.Max(terms.PresentStrike - terms.PresentSpot, 0), terms.PresentStrike);
        }
    }

    [Fact]
    public void Greeks_are_the_slopes_of_the_price()
    {
        foreach (var (terms, volatility) in Grid.Of(2, 500).Where(item => item.Terms.Years > 0.02))
        {
            var greeks = BlackScholes.Greeks(terms, volatility);
            var (ds, dt) = (terms.Spot * 1e-4, terms.Years * 1e-5);
            var scale = Math.Max(terms.Spot, terms.Strike);

            double At(double spot = 0, double years = 0, double rate = 0, double vol = 0) =>
                BlackScholes.Price(new OptionTerms(terms.Type, terms.Spot + spot, terms.Strike, terms.Years + years, terms.Rate + rate, terms.Yield), volatility + vol);

            greeks.Price.Should().Be(At());
            greeks.Delta.Should().BeApproximately((At(spot: ds) - At(spot: -ds)) / (2 * ds), 1e-4);
            (greeks.Gamma * terms.Spot).Should().BeApproximately((At(spot: ds) - (2 * At()) + At(spot: -ds)) / (ds * ds) * terms.Spot, 2e-2);
            greeks.Vega.Should().BeApproximately((At(vol: 1e-5) - At(vol: -1e-5)) / 2e-5 / 100, 1e-6 * scale);
            greeks.Theta.Should().BeApproximately(-(At(years: dt) - At(years: -dt)) / (2 * dt) / 365, 1e-6 * scale);
            greeks.Rho.Should().BeApproximately((At(rate: 1e-5) - At(rate: -1e-5)) / 2e-5 / 100, 1e-6 * scale);
        }
    }

    [Fact]
    public void An_expired_option_is_worth_what_exercising_it_brings()
    {
        BlackScholes.Greeks(new OptionTerms(Call, 110, 100, 0, 0.05), 0.3).Should().Be(new Greeks(10, 1, 0, 0, 0, 0));
        BlackScholes.Greeks(new OptionTerms(Put, 110, 100, -1, 0.05), 0.3).Should().Be(default(Greeks));
        BlackScholes.Price(new OptionTerms(Put, 90, 100, 0, 0.05), 0.3).Should().Be(10);
    }

    [Fact]
    public void Without_volatility_the_forward_decides()
    {
        var terms = new OptionTerms(Call, 100, 100, 1, 0.05, 0.02);
        var greeks = BlackScholes.Greeks(terms, 0);

        greeks.Price.Should().BeApproximately((100 * Math.Exp(-0.02)) - (100 * Math.Exp(-0.05)), 1e-12);
        greeks.Price.Should().BeApproximately(BlackScholes.Price(terms, 1e-8), 1e-9);
        greeks.Vega.Should().Be(0);
        greeks.Rho.Should().BeApproximately(BlackScholes.Greeks(terms, 1e-6).Rho, 1e-9);
        BlackScholes.Greeks(new OptionTerms(Put, 100, 100, 1, 0.05), 0).Should().Be(default(Greeks));
    }

    [Theory]
    [InlineData(0, 100, 1)]
    [InlineData(100, -1, 1)]
    [InlineData(double.NaN, 100, 1)]
    [InlineData(100, double.PositiveInfinity, 1)]
    [InlineData(100, 100, double.NaN)]
    public void Terms_that_are_no_numbers_are_refused(double spot, double strike, double years)
    {
        var make = () => new OptionTerms(Call, spot, strike, years, 0.05);
        make.Should().Throw<ArgumentOutOfRangeException>();
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_volatility_that_is_none_is_refused(double volatility)
    {
        var price = () => BlackScholes.Price(new OptionTerms(Call, 100, 100, 1, 0.05), volatility);
        price.Should().Throw<ArgumentOutOfRangeException>();
    }
}
