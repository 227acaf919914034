using StocksDapr.Market.Options;

namespace StocksDapr.Market.Tests.Options;

public sealed class NormalTests
{
    /// <summary>Computed with 40 digits.</summary>
    [Theory]
    [InlineData(-30, 4.9067139271481870595e-198)]
    [InlineData(-20, 2.7536241186062336951e-89)]
    [InlineData(-10.5, 4.3190063178092303465e-26)]
    [InlineData(-8, 6.2209605742717841235e-16)]
    [InlineData(-6.25, 2.0522634252189388816e-10)]
    [InlineData(-5, 2.8665157187919391167e-7)]
    [InlineData(-4.1, 0.000020657506912546770507)]
    [InlineData(-3, 0.0013498980316300945267)]
    [InlineData(-2.5, 0.006209665325776135167)]
    [InlineData(-1, 0.15865525393145705141)]
    [InlineData(-0.66, 0.25462691467133613764)]
    [InlineData(-0.5, 0.30853753872598689636)]
    [InlineData(-1e-9, 0.4999999996010577196)]
    [InlineData(0, 0.5)]
    [InlineData(0.1, 0.53982783727702898367)]
    [InlineData(0.67, 0.74857110490468989845)]
    [InlineData(1.96, 0.97500210485177956379)]
    [InlineData(4.1, 0.99997934249308745323)]
    [InlineData(5.5, 0.99999998101043753411)]
    [InlineData(9, 1)]
    public void The_distribution_is_right_to_the_last_digits_in_its_tails_too(double x, double expected)
    {
        Normal.Cumulative(x).Should().BeApproximately(expected, 1e-15).And.BeApproximately(expected, Math.Max(4, x * x) * 4e-16 * expected);
    }

    [Fact]
    public void Both_sides_make_one_and_it_never_falls()
    {
        var last = 0.0;
        for (var x = -12.0; x <= 12; x += 0.001)
        {
            var value = Normal.Cumulative(x);
            (value + Normal.Cumulative(-x)).Should().BeApproximately(1, 2e-16);
            value.Should().BeGreaterThanOrEqualTo(last);
            last = value;
        }
    }

    [Fact]
    public void The_ends_are_zero_and_one_and_no_number_stays_none()
    {
        Normal.Cumulative(double.NegativeInfinity).Should().Be(0);
        Normal.Cumulative(double.PositiveInfinity).Should().Be(1);
        Normal.Cumulative(double.NaN).Should().Be(double.NaN);
    }
}
