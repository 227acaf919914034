namespace StocksDapr.Sidecar.Go;

public sealed class GoTextTests
{
    [Theory]
    [InlineData("300ms", 300)]
    [InlineData("1.5s", 1500)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("-2s", -2000)]
    [InlineData("0", 0)]
    [InlineData("+1m0.5s", 60_500)]
    [InlineData("2500us", 2.5)]
    [InlineData("2500µs", 2.5)]
    public void Durations_are_read(string text, double milliseconds)
    {
        GoDuration.TryParse(text, out var duration).Should().BeTrue();
        duration.TotalMilliseconds.Should().Be(milliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("1x")]
    [InlineData("1s ")]
    [InlineData("1..5s")]
    [InlineData("-")]
    [InlineData("99999999999h")]
    public void What_is_no_duration_is_refused(string text) => GoDuration.TryParse(text, out _).Should().BeFalse();

    [Fact]
    public void In_component_metadata_a_bare_number_means_seconds()
    {
        GoDuration.TryParseSetting("90", out var duration).Should().BeTrue();
        duration.Should().Be(TimeSpan.FromSeconds(90));
        GoDuration.TryParseSetting("soon", out _).Should().BeFalse();
    }

    [Theory]
    [InlineData("$A-${B}", "1-two")]
    [InlineData("${NOT_SET}|$NOT_SET", "|")]
    [InlineData("cost: 5$ each", "cost: 5$ each")]
    [InlineData("$$A", "A")]
    [InlineData("${}x", "x")]
    [InlineData("end$", "end$")]
    public void Variables_are_expanded_as_Go_expands_them(string text, string expected) =>
        GoExpand.Expand(text, name => name switch { "A" => "1", "B" => "two", _ => null }).Should().Be(expected);

    [Theory]
    [InlineData("7c4a8d09-ca95-4c28-a53d-3f1c1b6b7a11")]
    [InlineData("\"7c4a8d09-ca95-4c28-a53d-3f1c1b6b7a11\"")]
    [InlineData("{7c4a8d09-ca95-4c28-a53d-3f1c1b6b7a11}")]
    [InlineData("urn:uuid:7c4a8d09-ca95-4c28-a53d-3f1c1b6b7a11")]
    [InlineData("7c4a8d09ca954c28a53d3f1c1b6b7a11")]
    public void All_forms_of_a_uuid_are_one(string text)
    {
        GoUuid.TryParse(text, out var value, out _).Should().BeTrue();
        value.Should().Be(Guid.Parse("7c4a8d09-ca95-4c28-a53d-3f1c1b6b7a11"));
    }

    [Theory]
    [InlineData("zzz", "invalid UUID length: 3")]
    [InlineData("not an etag", "invalid UUID length: 11")]
    [InlineData("*", "invalid UUID length: 1")]
    [InlineData("zc4a8d09-ca95-4c28-a53d-3f1c1b6b7a11", "invalid UUID format")]
    public void What_is_no_uuid_is_explained(string text, string expected)
    {
        GoUuid.TryParse(text, out _, out var error).Should().BeFalse();
        error.Should().Be(expected);
    }

    [Theory]
    [InlineData("yes", true)]
    [InlineData(" True ", true)]
    [InlineData("1", true)]
    [InlineData("on", true)]
    [InlineData("false", false)]
    [InlineData("2", false)]
    [InlineData(null, false)]
    public void Truth_in_component_metadata(string? text, bool expected) => GoBool.IsTruthy(text).Should().Be(expected);

    [Fact]
    public void Instants_look_as_Go_writes_them()
    {
        var instant = new DateTimeOffset(2026, 11, 20, 23, 28, 2, TimeSpan.Zero);
        GoTime.Rfc3339(instant).Should().Be("2026-11-20T23:28:02Z");
        GoTime.Text(instant).Should().Be("2026-11-20 23:28:02 +0000 UTC");
        GoTime.Text(instant.AddMilliseconds(250)).Should().Be("2026-11-20 23:28:02.25 +0000 UTC");
    }
}
