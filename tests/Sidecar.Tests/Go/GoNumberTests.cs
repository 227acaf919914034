using System.Globalization;
using System.Text;

namespace StocksDapr.Sidecar.Go;

public sealed class GoNumberTests
{
    [Theory]
    [InlineData(0, "0")]
    [InlineData(-0.0, "-0")]
    [InlineData(1.1, "1.1")]
    [InlineData(-123.456, "-123.456")]
    [InlineData(1e15, "1000000000000000")]
    [InlineData(123456789012345680, "123456789012345680")]
    [InlineData(1e20, "100000000000000000000")]
    [InlineData(9.999999999999999e20, "999999999999999900000")]
    [InlineData(1e21, "1e+21")]
    [InlineData(1.5e300, "1.5e+300")]
    [InlineData(0.000001, "0.000001")]
    [InlineData(0.00000123, "0.00000123")]
    [InlineData(0.000000999, "9.99e-7")]
    [InlineData(1e-7, "1e-7")]
    [InlineData(5e-324, "5e-324")]
    [InlineData(1.7976931348623157e308, "1.7976931348623157e+308")]
    public void Numbers_look_as_Go_writes_them(double value, string expected) => Format(value).Should().Be(expected);

    [Fact]
    public void Every_double_reads_back_as_itself()
    {
        var random = new Random(42);
        for (var i = 0; i < 100_000; i++)
        {
            var value = BitConverter.Int64BitsToDouble(random.NextInt64());
            if (!double.IsFinite(value)) continue;
            double.Parse(Format(value), CultureInfo.InvariantCulture).Should().Be(value);
        }
    }

    [Theory]
    [InlineData(42, "42")]
    [InlineData(1.5, "1.5")]
    [InlineData(1e21, "1e+21")]
    [InlineData(0.0001, "0.0001")]
    [InlineData(0.00001, "1e-05")]
    [InlineData(1.25e-7, "1.25e-07")]
    public void The_general_verb_has_exponents_of_two_digits(double value, string expected) => GoFormat.General(value).Should().Be(expected);

    private static string Format(double value)
    {
        Span<byte> text = stackalloc byte[GoNumber.MaxLength];
        return Encoding.ASCII.GetString(text[..GoNumber.Format(value, text)]);
    }
}
