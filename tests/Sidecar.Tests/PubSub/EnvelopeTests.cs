using System.Text;
using System.Text.Json.Nodes;
using StocksDapr.Sidecar.Tracing;
using StocksDapr.Support;

namespace StocksDapr.Sidecar.PubSub;

/// <summary>Corners of the envelope that no recording shows; what is expected is read from daprd's source.</summary>
public sealed class EnvelopeTests
{
    private readonly ManualTimeProvider _time = new(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Theory]
    [InlineData("cloudevent.source", "source", "Dapr")]
    [InlineData("cloudevent.type", "type", "com.dapr.event.sent")]
    [InlineData("cloudevent.subject", "subject", null)]
    [InlineData("cloudevent.traceparent", "traceparent", "the trace")]
    [InlineData("cloudevent.traceid", "traceparent", "")]
    public void An_empty_override_counts_as_Gos_empty_text_does(string key, string member, string? expected) =>
        ((string?)Wrap("1", "application/json", (key, ""))[member]).Should().Be(expected);

    [Fact]
    public void An_empty_override_of_the_id_makes_a_new_one() =>
        Guid.TryParse((string?)Wrap("1", "application/json", ("cloudevent.id", ""))["id"], out _).Should().BeTrue();

    [Fact]
    public void What_is_null_in_an_event_is_set_where_daprd_sets_it()
    {
        var wrapped = Wrap("""{"id":null,"source":null,"type":null,"specversion":null,"time":null,"x":null}""", "application/cloudevents+json");

        ((string?)wrapped["source"], (string?)wrapped["type"], (string?)wrapped["specversion"]).Should().Be(("Dapr", "com.dapr.event.sent", "1.0"));
        (wrapped["id"], wrapped["time"], wrapped["x"]).Should().Be((null, null, null));
        wrapped.Should().ContainKeys("id", "time", "x");
    }

    [Theory]
    [InlineData("application/json;charset=utf-8", true)]
    [InlineData("application/json ;charset=utf-8", false)]
    [InlineData("application/JSON", true)]
    public void A_media_type_ends_at_its_semicolon_and_nowhere_else(string contentType, bool isJson) =>
        (Wrap("1", contentType)["data"]!.GetValueKind() == System.Text.Json.JsonValueKind.Number).Should().Be(isJson);

    [Theory]
    [InlineData("2020-01-01T00:00:10Z", "ttlInSeconds", "10")]
    [InlineData("2020-01-01T00:00:10Z", "TTL", "10s")]
    [InlineData("2020-01-01T00:00:00Z", "ttl", "0")]
    [InlineData("2020-01-01T00:00:00Z", "ttl", "-10s")]
    [InlineData(null, "ttlInSeconds", "-10")]
    [InlineData(null, "ttlInSeconds", "00")]
    [InlineData(null, "ttlInSeconds", "soon")]
    [InlineData("2117-01-27T00:00:00Z", "ttlInSeconds", "3063312000")]
    [InlineData("2312-04-11T23:47:16Z", "ttlInSeconds", "9999999999")]
    public void A_time_to_live_is_a_duration_or_else_seconds(string? expected, string key, string text) =>
        ((string?)Wrap("1", "application/json", (key, text))["expiration"]).Should().Be(expected);

    [Fact]
    public void The_short_name_of_the_time_to_live_wins()
    {
        ((string?)Wrap("1", "application/json", ("ttlInSeconds", "10"), ("ttl", "20"))["expiration"]).Should().Be("2020-01-01T00:00:20Z");
        ((string?)Wrap("1", "application/json", ("ttlInSeconds", "10"), ("ttl", ""))["expiration"]).Should().BeNull();
    }

    [Theory]
    [InlineData("2019-12-31T23:00:00Z", true)]
    [InlineData("2019-12-31T23:00:00.5+01:00", true)]
    [InlineData("2019-12-31", false)]
    [InlineData("31 Dec 2019", false)]
    [InlineData("", false)]
    public void Only_an_RFC_3339_time_expires(string expiration, bool isSet) =>
        (EventFacts.Read(Encoding.UTF8.GetBytes($$"""{"expiration":"{{expiration}}"}"""), out _)!.Expiration is not null).Should().Be(isSet);

    private JsonObject Wrap(string data, string contentType, params (string Key, string Value)[] metadata)
    {
        var context = new EnvelopeContext("t", "bus", "tester", new TraceContext("the trace", ""), NativeTimeToLive: false, _time);
        var bytes = CloudEventEnvelope.Wrap(Encoding.UTF8.GetBytes(data), contentType, metadata.ToDictionary(entry => entry.Key, entry => entry.Value), context, out _);
        return JsonNode.Parse(bytes)!.AsObject();
    }
}
