using StocksDapr.Market.Options;
using static StocksDapr.Market.Options.OptionType;

namespace StocksDapr.Market.Tests.Options;

public sealed class ImpliedVolatilityTests
{
    [Fact]
    public void A_price_leads_to_the_volatility_that_made_it_and_back()
    {
        var found = 0;
        foreach (var (terms, volatility) in Grid.Of(3, 20_000))
        {
            var price = BlackScholes.Price(terms, volatility);
            var implied = ImpliedVolatility.OfEuropean(terms, price);
            var timeValue = price - Math.Max(terms.Sign * (terms.PresentSpot - terms.PresentStrike), 0);
            if (implied.Value is not { } value)
            {
                // In the money by more than a double holds beside it.
                implied.Reason.Should().Be(NoVolatility.NoTimeValue);
                timeValue.Should().BeLessThan(1e-12 * Math.Max(terms.Spot, terms.Strike));
                continue;
            }

            found++;
            BlackScholes.Price(terms, value).Should().BeApproximately(price, 1e-12 * Math.Max(terms.Spot, terms.Strike), $"{terms.Type} {terms.Spot} {terms.Strike} {terms.Years} {terms.Rate} {terms.Yield} {volatility} {value}");
            if (timeValue > 1e-7 * price)
                value.Should().BeApproximately(volatility, 1e-6 * volatility);
        }

        found.Should().BeGreaterThan(18_000);
    }

    [Theory]
    [InlineData(0.0001, 0.05)]
    [InlineData(0.02, 4)]
    [InlineData(1, 8)]
    [InlineData(3, 0.001)]
    public void Volatilities_far_from_usual_are_found_too(double years, double volatility)
    {
        foreach (var strike in (double[])[60, 90, 99.9, 100, 100.1, 110, 160])
        {
            foreach (var type in (OptionType[])[Call, Put])
            {
                var terms = new OptionTerms(type, 100, strike, years, 0.04, 0.01);
                var price = BlackScholes.Price(terms, volatility);
                if (ImpliedVolatility.OfEuropean(terms, price).Value is { } value && price > 1e-280)
                    BlackScholes.Price(terms, value).Should().BeApproximately(price, 1e-11 + (1e-9 * price), $"{type} {strike}");
            }
        }
    }

    [Theory]
    [InlineData(Call, 13.999, NoVolatility.BelowLeast)] // 100 - 90 e^-0.05 = 14.389
    [InlineData(Call, 100, NoVolatility.AboveMost)]
    [InlineData(Call, 250, NoVolatility.AboveMost)]
    [InlineData(Call, -1, NoVolatility.BelowLeast)]
    [InlineData(Call, 0, NoVolatility.BelowLeast)]
    [InlineData(Put, 0, NoVolatility.NoTimeValue)]
    [InlineData(Put, 85.7, NoVolatility.AboveMost)]
    [InlineData(Put, double.NaN, NoVolatility.NotANumber)]
    [InlineData(Call, double.PositiveInfinity, NoVolatility.NotANumber)]
    public void A_price_that_no_volatility_explains_is_refused_with_the_reason(OptionType type, double price, NoVolatility reason)
    {
        var implied = ImpliedVolatility.OfEuropean(new OptionTerms(type, 100, 90, 1, 0.05), price);

        implied.Value.Should().BeNull();
        implied.Reason.Should().Be(reason);
    }

    [Fact]
    public void An_expired_option_has_none() =>
        ImpliedVolatility.OfEuropean(new OptionTerms(Call, 100, 90, 0, 0.05), 12).Reason.Should().Be(NoVolatility.Expired);

    [Fact]
    public void The_intrinsic_value_alone_says_nothing_about_volatility()
    {
        var terms = new OptionTerms(Call, 100, 90, 1, 0.05);
        ImpliedVolatility.OfEuropean(terms, terms.PresentSpot - terms.PresentStrike).Reason.Should().Be(NoVolatility.NoTimeValue);
    }
}
