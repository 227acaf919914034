using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Dapr;

namespace StocksDapr.Sdk.Client;

public sealed class BulkPublishTests : SidecarTest
{
    [Fact]
    public async Task Every_event_is_an_entry_with_its_position_as_id_and_the_calls_metadata()
    {
        var answer = await Client.BulkPublishEventAsync(
            "pubsub", "orders", [new Order(1, "a"), new Order(2, "\"b\"")], new Dictionary<string, string> { ["partitionKey"] = "A\"B" });

        answer.FailedEntries.Should().BeEmpty();
        Sidecar.Request.Target.Should().Be("/v1.0/publish/bulk/pubsub/orders?metadata.partitionKey=A%22B");
        Sidecar.Request.ContentType.Should().Be("application/json");
        JsonNode.DeepEquals(Sidecar.Request.Json, JsonNode.Parse(
            """
            [{"entryId":"0","event":{"orderId":1,"name":"a"},"contentType":"application/json","metadata":{"partitionKey":"A\"B"}},
             {"entryId":"1","event":{"orderId":2,"name":"\"b\""},"contentType":"application/json","metadata":{"partitionKey":"A\"B"}}]
            """)).Should().BeTrue(Sidecar.Request.Body);
    }

    [Fact]
    public async Task Content_types_follow_the_events()
    {
        await Client.BulkPublishEventAsync<object>("pubsub", "orders", [new byte[] { 1, 2, 255 }, new CloudEvent<int>(5) { Type = "t" }, "text", 7]);

        Sidecar.Request.Json.AsArray().Select(entry => (string)entry!["contentType"]!).Should().Equal(
            "application/octet-stream", "application/cloudevents+json", "application/json", "application/json");
        ((string)Sidecar.Request.Json[0]!["event"]!).Should().Be("AQL/");
        ((int)Sidecar.Request.Json[1]!["event"]!["data"]!).Should().Be(5);
        ((string)Sidecar.Request.Json[2]!["event"]!).Should().Be("text");
        Sidecar.Request.Json[3]!.AsObject().ContainsKey("metadata").Should().BeFalse();
    }

    [Fact]
    public async Task No_events_are_an_empty_list()
    {
        await Client.BulkPublishEventAsync<Order>("pubsub", "orders", []);

        Sidecar.Request.Body.Should().Be("[]");
    }

    [Fact]
    public async Task The_applications_own_converters_write_the_events()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web) { WriteIndented = true, Converters = { new PriceConverter() } };
        using var client = Sidecar.Client(builder => builder.UseJsonSerializationOptions(options));

        await client.BulkPublishEventAsync("pubsub", "prices", [new Price(1.50m)]);

        ((string)Sidecar.Request.Json[0]!["event"]!).Should().Be("USD 1.50");
    }

    [Fact]
    public async Task Generated_metadata_is_enough_to_write_the_events()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web) { TypeInfoResolver = OrderJson.Default };
        using var client = Sidecar.Client(builder => builder.UseJsonSerializationOptions(options));

        await client.BulkPublishEventAsync("pubsub", "orders", [new Order(3)]);
        var unknown = () => client.BulkPublishEventAsync("pubsub", "orders", [new Price(1)]);

        ((int)Sidecar.Request.Json[0]!["event"]!["orderId"]!).Should().Be(3);
        await unknown.Should().ThrowAsync<NotSupportedException>("reflection is off");
    }

    [Fact]
    public async Task An_event_may_be_as_deep_as_when_it_is_published_alone()
    {
        // As deep as the options allow: the entries around it must not count.
        var depth = new JsonSerializerOptions(JsonSerializerDefaults.Web) { MaxDepth = 5 };
        using var client = Sidecar.Client(builder => builder.UseJsonSerializationOptions(depth));

        await client.BulkPublishEventAsync("pubsub", "orders", [new[] { new[] { new[] { new[] { 1 } } } }]);

        Sidecar.Request.Json[0]!["event"]!.ToJsonString().Should().Be("[[[[1]]]]");
    }

    [Fact]
    public async Task Megabytes_of_events_arrive_whole()
    {
        var events = Enumerable.Range(0, 3_000).Select(i => new Order(i, new string((char)('a' + (i % 26)), 1_000))).ToList();

        await Client.BulkPublishEventAsync("pubsub", "orders", events);

        Sidecar.Request.Headers.ContentLength.Should().BeGreaterThan(3_000_000);
        Sidecar.Request.Json.AsArray().Select(entry => entry!["event"].Deserialize<Order>(JsonSerializerOptions.Web)).Should().Equal(events);
        Sidecar.Request.Json.AsArray().Select(entry => (string)entry!["entryId"]!).Should().Equal(Enumerable.Range(0, 3_000).Select(i => $"{i}"));
    }

    [Fact]
    public async Task Failed_entries_are_returned_with_their_events()
    {
        Sidecar.Next(500, """{"failedEntries":[{"entryId":"1","error":"broker is full"}],"errorCode":"ERR_PUBSUB_PUBLISH_MESSAGE"}""");

        var answer = await Client.BulkPublishEventAsync(
            "pubsub", "orders", [new Order(1), new Order(2)], new Dictionary<string, string> { ["partitionKey"] = "A" });

        var failed = answer.FailedEntries.Should().ContainSingle().Subject;
        failed.ErrorMessage.Should().Be("broker is full");
        failed.Entry.EntryId.Should().Be("1");
        failed.Entry.EventData.Should().Be(new Order(2));
        failed.Entry.ContentType.Should().Be("application/json");
        failed.Entry.Metadata.Should().ContainKey("partitionKey");
    }

    [Theory]
    [InlineData(500, """{"errorCode":"ERR_PUBSUB_PUBLISH_MESSAGE","message":"closed"}""")]
    [InlineData(500, """{"failedEntries":[],"errorCode":"ERR_PUBSUB_PUBLISH_MESSAGE"}""")]
    [InlineData(500, """{"failedEntries":[{"entryId":"2","error":"not one of ours"}]}""")]
    [InlineData(500, """{"failedEntries":[{"entryId":"-1","error":"not one of ours"}]}""")]
    [InlineData(500, """{"failedEntries":[{"entryId":"0","error":"ours"},{"entryId":"9","error":"not one of ours"}]}""")]
    [InlineData(500, """{"failedEntries":[{"error":"nobody's"}]}""")]
    [InlineData(400, """{"errorCode":"ERR_PUBSUB_EVENTS_SER","message":"bad"}""")]
    [InlineData(413, "too large")]
    public async Task A_call_that_failed_as_a_whole_throws(int status, string body)
    {
        Sidecar.Next(status, body);

        var failure = await Client.Invoking(client => client.BulkPublishEventAsync("pubsub", "orders", [new Order(1), new Order(2)]))
            .Should().ThrowAsync<DaprException>();

        failure.WithMessage("Bulk Publish operation failed*").WithInnerException<DaprApiException>();
    }

    [Fact]
    public async Task An_event_that_cannot_be_written_sends_nothing()
    {
        var cycle = new Node();
        cycle.Next = cycle;

        await Client.Invoking(client => client.BulkPublishEventAsync("pubsub", "orders", [cycle])).Should().ThrowAsync<JsonException>();

        Sidecar.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task Parallel_calls_do_not_share_their_buffers()
    {
        await Task.WhenAll(Enumerable.Range(0, 32).Select(call => Task.Run(() => Client.BulkPublishEventAsync(
            "pubsub", $"topic{call}", Enumerable.Range(0, 50).Select(_ => new Order(call, new string('x', 500))).ToList()))));

        Sidecar.Requests.Should().HaveCount(32).And.OnlyContain(request => request.Json.AsArray()
            .All(entry => request.Target.EndsWith($"/topic{(int)entry!["event"]!["orderId"]!}", StringComparison.Ordinal)));
    }

    private sealed class Node
    {
        [JsonInclude]
        public Node? Next { get; set; }
    }
}
