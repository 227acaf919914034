using System.Text.Json;
using StocksDapr.Contracts.Json;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Contracts.Tests;

public sealed class BatchJsonTests
{
    private static readonly Provenance Provenance =
        new("csv", "import-1", new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero), new ImportBatch("import-1", 3));

    [Fact]
    public void A_raw_daily_bar_is_an_array_that_begins_with_its_date()
    {
        var message = new RawBars("AAPL", Interval.OneDay, Provenance, [new RawBar(Day(2013, 2, 8), 15.07, 15.12, 14.63, 14.75, 8407500, 2)]);

        var json = JsonSerializer.Serialize(message, ContractsJson.Options);

        json.Should().Be(
            """{"schema":1,"symbol":"AAPL","interval":"1d","provenance":{"provider":"csv","requestId":"import-1","fetchedAt":"2026-11-20T12:00:00+00:00","import":{"importId":"import-1","number":3}},"bars":[["2013-02-08",15.07,15.12,14.63,14.75,8407500,2]]}""");
        Round(message).Should().BeEquivalentTo(message);
    }

    [Fact]
    public void What_a_provider_said_survives_number_nothing_or_text()
    {
        var message = new RawBars(
            "AAPL", Interval.FifteenMinutes, Provenance, [new RawBar(new DateTimeOffset(2026, 11, 20, 14, 30, 0, TimeSpan.Zero), 0.1 + 0.2, default, new RawValue("n/a"), 1e-300, 5.545036E7)]);

        var back = Round(message).Bars[0];

        back.Should().Be(message.Bars[0]);
        back.Open.Number.Should().Be(0.30000000000000004);
        back.High.IsMissing.Should().BeTrue();
        back.Low.Text.Should().Be("n/a");
    }

    [Fact]
    public void A_clean_message_carries_bars_quarantine_and_findings()
    {
        var raw = new RawBar(Day(2013, 2, 11), 1, 0.5, default, 1, 10, 9);
        var message = new CleanBars(
            "AAPL",
            Interval.OneDay,
            Provenance,
            [new Bar(Day(2013, 2, 8), 15.07, 15.12, 14.63, 14.75, 8407500)],
            [new QuarantinedBar("missing-value", "low is missing", raw)],
            [new Finding("out-of-order", Day(2013, 2, 8), "came after 2013-02-11"), new Finding("zero-volume", null, "x")])
        { Repeated = 2 };

        var back = JsonSerializer.Deserialize<CleanBars>(JsonSerializer.SerializeToUtf8Bytes(message, ContractsJson.Options), ContractsJson.Options);

        back.Should().BeEquivalentTo(message);
    }

    [Fact]
    public void Unknown_properties_are_passed_over_and_order_does_not_matter()
    {
        var back = JsonSerializer.Deserialize<RawBars>(
            """{"bars":[["2013-02-08T00:00:00Z",1,2,1,2,null]],"later":{"x":[1]},"provenance":{"requestId":"r","provider":"p","fetchedAt":"2026-01-01T00:00:00Z","new":1},"interval":"daily","symbol":"A","schema":1}""",
            ContractsJson.Options)!;

        back.Symbol.Should().Be("A");
        back.Interval.Should().BeSameAs(Interval.OneDay);
        back.Bars.Should().ContainSingle().Which.Start.Should().Be(Day(2013, 2, 8));
    }

    [Theory]
    [InlineData("null-schema", """{"symbol":"A","interval":"1d","provenance":{"provider":"p","requestId":"r","fetchedAt":"2026-01-01T00:00:00Z"},"bars":[["2013-02-08",1,1,1,1,1]]}""")]
    [InlineData("newer schema", """{"schema":2,"symbol":"A","interval":"1d","provenance":{"provider":"p","requestId":"r","fetchedAt":"2026-01-01T00:00:00Z"},"bars":[["2013-02-08",1,1,1,1,1]]}""")]
    [InlineData("bad symbol", """{"schema":1,"symbol":"a b","interval":"1d","provenance":{"provider":"p","requestId":"r","fetchedAt":"2026-01-01T00:00:00Z"},"bars":[["2013-02-08",1,1,1,1,1]]}""")]
    [InlineData("bad interval", """{"schema":1,"symbol":"A","interval":"7d","provenance":{"provider":"p","requestId":"r","fetchedAt":"2026-01-01T00:00:00Z"},"bars":[["2013-02-08",1,1,1,1,1]]}""")]
    [InlineData("no bars", """{"schema":1,"symbol":"A","interval":"1d","provenance":{"provider":"p","requestId":"r","fetchedAt":"2026-01-01T00:00:00Z"},"bars":[]}""")]
    [InlineData("bars null", """{"schema":1,"symbol":"A","interval":"1d","provenance":{"provider":"p","requestId":"r","fetchedAt":"2026-01-01T00:00:00Z"},"bars":null}""")]
    [InlineData("impossible date", """{"schema":1,"symbol":"A","interval":"1d","provenance":{"provider":"p","requestId":"r","fetchedAt":"2026-01-01T00:00:00Z"},"bars":[["2013-02-30",1,1,1,1,1]]}""")]
    [InlineData("short bar", """{"schema":1,"symbol":"A","interval":"1d","provenance":{"provider":"p","requestId":"r","fetchedAt":"2026-01-01T00:00:00Z"},"bars":[["2013-02-08",1,1,1]]}""")]
    [InlineData("long bar", """{"schema":1,"symbol":"A","interval":"1d","provenance":{"provider":"p","requestId":"r","fetchedAt":"2026-01-01T00:00:00Z"},"bars":[["2013-02-08",1,1,1,1,1,1,1]]}""")]
    [InlineData("no provenance", """{"schema":1,"symbol":"A","interval":"1d","bars":[["2013-02-08",1,1,1,1,1]]}""")]
    [InlineData("truncated", """{"schema":1,"symbol":"A","interval":"1d","provenance":{"provider":"p","requestId":"r","fetchedAt":"2026-01-01T00:00:00Z"},"bars":[["2013-02-08",1""")]
    [InlineData("array", "[]")]
    public void A_message_that_cannot_be_understood_is_a_json_error(string what, string json)
    {
        var read = () => JsonSerializer.Deserialize<RawBars>(json, ContractsJson.Options);

        read.Should().Throw<JsonException>(what);
    }

    [Theory]
    [InlineData("2013-02-08", "2013-02-08T00:00:00Z")]
    [InlineData("2026-11-20T14:30:00Z", "2026-11-20T14:30:00Z")]
    [InlineData("2026-11-20T09:30:00-05:00", "2026-11-20T14:30:00Z")]
    [InlineData("2026-11-20T14:30:00.0000000Z", "2026-11-20T14:30:00Z")]
    [InlineData("2026-11-20T14:30Z", "2026-11-20T14:30:00Z")]
    public void A_bars_time_is_read_in_every_iso_form(string text, string expected) =>
        BarTime.Parse(System.Text.Encoding.ASCII.GetBytes(text))!.Value.UtcDateTime.Should().Be(DateTimeOffset.Parse(expected).UtcDateTime);

    [Theory]
    [InlineData("")]
    [InlineData("2013-2-8")]
    [InlineData("0000-01-01")]
    [InlineData("2013-13-01")]
    [InlineData("2013-02-08x")]
    [InlineData("2026-11-20T25:00:00Z")]
    [InlineData("yesterday")]
    public void What_is_no_time_is_not_guessed(string text) => BarTime.Parse(System.Text.Encoding.ASCII.GetBytes(text)).Should().BeNull();

    private static RawBars Round(RawBars message) =>
        JsonSerializer.Deserialize<RawBars>(JsonSerializer.SerializeToUtf8Bytes(message, ContractsJson.Options), ContractsJson.Options)!;

    private static DateTimeOffset Day(int year, int month, int day) => new(year, month, day, 0, 0, 0, TimeSpan.Zero);
}
