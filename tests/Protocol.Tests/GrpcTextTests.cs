namespace StocksDapr.Protocol.Grpc;

public sealed class GrpcTextTests
{
    [Theory]
    [InlineData("an active workflow with ID 'x' already exists", "an active workflow with ID 'x' already exists")]
    [InlineData("100% of\nit", "100%25 of%0Ait")]
    [InlineData("größer", "gr%C3%B6%C3%9Fer")]
    [InlineData("", "")]
    public void A_status_message_is_percent_encoded_and_read_back(string message, string encoded)
    {
        GrpcText.EncodeMessage(message).Should().Be(encoded);
        GrpcText.DecodeMessage(encoded).Should().Be(message);
    }

    [Fact]
    public void What_is_not_well_encoded_is_left_as_it_is() => GrpcText.DecodeMessage("100% of %zz").Should().Be("100% of %zz");

    [Theory]
    [InlineData(0, "0u")]
    [InlineData(1, "1u")]
    [InlineData(10_000_000, "1000000u")]
    [InlineData(1_000_000_000_000, "100000000m|99999999m|100000S")]
    [InlineData(36_000_000_000 * 24 * 365, "31536000S")]
    public void A_timeout_is_written_in_the_finest_unit_that_holds_it(long ticks, string anyOf)
    {
        var text = GrpcText.EncodeTimeout(TimeSpan.FromTicks(ticks));

        text.Length.Should().BeLessThanOrEqualTo(9);
        anyOf.Split('|').Should().Contain(text);
        GrpcText.DecodeTimeout(text).Should().BeGreaterThanOrEqualTo(TimeSpan.FromTicks(ticks));
    }

    [Fact]
    public void The_longest_timeout_there_is_can_be_written() =>
        GrpcText.DecodeTimeout(GrpcText.EncodeTimeout(TimeSpan.MaxValue)).Should().BeGreaterThan(TimeSpan.FromDays(365 * 1000));

    [Theory]
    [InlineData("1500n", 15)]
    [InlineData("2u", 20)]
    [InlineData("3m", 30_000)]
    [InlineData("4S", 40_000_000)]
    [InlineData("5M", 3_000_000_000)]
    [InlineData("6H", 216_000_000_000)]
    public void Every_unit_is_read(string text, long ticks) => GrpcText.DecodeTimeout(text).Ticks.Should().Be(ticks);

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("S")]
    [InlineData("-1S")]
    [InlineData("1.5S")]
    [InlineData("1s")]
    [InlineData("123456789S")]
    public void A_malformed_timeout_is_refused(string text) =>
        FluentActions.Invoking(() => GrpcText.DecodeTimeout(text)).Should().Throw<GrpcException>().WithMessage($"*'{text}'*");
}
