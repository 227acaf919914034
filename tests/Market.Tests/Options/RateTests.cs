using StocksDapr.Market.Options;

namespace StocksDapr.Market.Tests.Options;

public sealed class RateTests
{
    [Fact]
    public void Interest_is_interpolated_between_tenors_and_the_rate_stays_beyond_them()
    {
        var curve = new RateCurve([(1, 0.05), (0.5, 0.04)]);

        curve.At(0.1).Should().Be(0.04);
        curve.At(0.5).Should().Be(0.04);
        curve.At(3).Should().Be(0.05);
        curve.At(0.75).Should().BeApproximately(((0.04 * 0.5) + (0.05 * 1)) / 2 / 0.75, 1e-15);
    }

    [Fact]
    public void A_curve_without_tenors_or_with_one_twice_is_refused()
    {
        var none = () => new RateCurve([]);
        var twice = () => new RateCurve([(1, 0.05), (1, 0.04)]);
        var never = () => new RateCurve([(0, 0.05)]);
        none.Should().Throw<ArgumentException>();
        twice.Should().Throw<ArgumentException>();
        never.Should().Throw<ArgumentException>();
    }

    [Theory]
    [InlineData("1999-01-04", 5.25)]
    [InlineData("2007-09-17", 5.25)]
    [InlineData("2020-03-15", 1.125)]
    [InlineData("2020-03-16", 0.125)]
    [InlineData("2023-12-29", 5.375)]
    [InlineData("2040-01-03", 3.625)]
    public void The_rate_of_a_day_is_the_one_last_decided(string day, double percent) =>
        FederalFunds.On(DateOnly.Parse(day)).At(0.25).Should().BeApproximately(Math.Log(1 + (percent / 100)), 1e-15);
}
