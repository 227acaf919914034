using System.Globalization;
using System.Text;
using StocksDapr.Collector.Csv;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Tests.Csv;

public sealed class NumberTextTests
{
    [Theory]
    [InlineData("15.07", 15.07)]
    [InlineData("0.1234", 0.1234)]
    [InlineData(".5", 0.5)]
    [InlineData("12.", 12)]
    [InlineData("-3.25", -3.25)]
    [InlineData("+3.25", 3.25)]
    [InlineData("2088804.0", 2088804)]
    [InlineData("5.545036E7", 55450360)]
    [InlineData("1e-05", 0.00001)]
    [InlineData("$1,234.50", 1234.5)]
    [InlineData("1,234,567", 1234567)]
    [InlineData("-1,234", -1234)]
    [InlineData("0.14550000429153442", 0.14550000429153442)]
    [InlineData("218.0000", 218)]
    [InlineData("999999999999999", 999999999999999)]
    [InlineData("9007199254740993", 9007199254740992)]
    public void Numbers_are_read_in_every_spelling(string text, double number) => Read(text).Should().Be(new RawValue(number));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("NULL")]
    [InlineData("NaN")]
    [InlineData("-")]
    [InlineData("N/A")]
    public void Missing_values_are_missing(string text) => Read(text).IsMissing.Should().BeTrue();

    [Theory]
    [InlineData("abc")]
    [InlineData("1.2.3")]
    [InlineData("12,34")]
    [InlineData("1,23,456")]
    [InlineData("1 234")]
    [InlineData("Infinity")]
    [InlineData("1e999")]
    [InlineData("0x10")]
    [InlineData("--5")]
    [InlineData(".")]
    public void Anything_else_stays_the_text_that_it_is(string text) => Read(text).Text.Should().Be(text);

    [Fact]
    public void A_comma_that_might_be_a_decimal_comma_is_not_guessed_about()
    {
        NumberText.Read("1,234"u8, commaDelimited: false).Text.Should().Be("1,234");
        NumberText.Read("1,234.5"u8, commaDelimited: false).Number.Should().Be(1234.5);
        NumberText.Read("1,234,567"u8, commaDelimited: false).Number.Should().Be(1234567);
    }

    [Fact]
    public void The_shortest_text_of_a_number_comes_back_as_it_was()
    {
        var random = new Random(20130208);
        for (var i = 0; i < 200_000; i++)
        {
            var price = Math.Round(random.NextDouble() * Math.Pow(10, random.Next(0, 7)), random.Next(0, 12));
            foreach (var number in new[] { price, random.NextDouble() * 1000 })
            {
                var text = number.ToString(CultureInfo.InvariantCulture);
                NumberText.Read(Encoding.ASCII.GetBytes(text), true).Number.Should().Be(double.Parse(text, CultureInfo.InvariantCulture));
            }
        }
    }

    private static RawValue Read(string text) => NumberText.Read(Encoding.UTF8.GetBytes(text), commaDelimited: true);
}
