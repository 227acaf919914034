using System.Text.Json;
using System.Text.Json.Serialization;
using Dapr.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using StocksDapr.Sdk.Client;

namespace StocksDapr.Sdk.AspNetCore;

public sealed class BulkSubscribeTests
{
    private const string Delivery =
        """
        {"id":"u","type":"com.dapr.event.sent.bulk","topic":"orders","pubsubname":"pubsub","metadata":{"pubsubName":"pubsub"},
         "entries":[
          {"entryId":"a","contentType":"application/cloudevents+json","metadata":{"k":"v"},"event":
            {"id":"1","source":"shop","type":"com.dapr.event.sent","specversion":"1.0","datacontenttype":"application/json","data":{"orderId":5},"traceid":"","topic":"orders"}},
          {"entryId":"b","contentType":"application/cloudevents+json","metadata":{},"event":{"data":null}},
          {"entryId":"c","metadata":{}}]}
        """;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_delivery_is_read_and_answered_entry_by_entry(bool generated)
    {
        await using var app = await TestApplication.StartAsync(
            app => app.MapPost("/orders", (BulkSubscribeMessage<BulkMessageModel<Order>> message) => Answer(message)),
            builder => builder.Services.ConfigureHttpJsonOptions(options =>
            {
                if (generated) options.SerializerOptions.TypeInfoResolver = DeliveryJson.Default;
            }));

        using var content = new StringContent(Delivery, null, "application/json");
        using var response = await app.Http.PostAsync("/orders", content);

        (await response.Content.ReadAsStringAsync()).Should().Be(
            """{"statuses":[{"entryId":"a","status":"SUCCESS"},{"entryId":"b","status":"DROP"},{"entryId":"c","status":"RETRY"}]}""");
    }

    [Fact]
    public void All_of_a_delivery_is_there()
    {
        var message = JsonSerializer.Deserialize(Delivery, DeliveryJson.Default.BulkSubscribeMessageBulkMessageModelOrder)!;

        message.Topic.Should().Be("orders");
        message.Metadata.Should().Contain("pubsubName", "pubsub");
        var entry = message.Entries![0];
        (entry.EntryId, entry.ContentType).Should().Be(("a", "application/cloudevents+json"));
        entry.Metadata.Should().Contain("k", "v");
        entry.Event.Should().BeEquivalentTo(
            new BulkMessageModel<Order>("1", "shop", "com.dapr.event.sent", "1.0", "application/json", new Order(5)));
    }

    [Fact]
    public void Messages_can_be_made_by_hand()
    {
        var message = new BulkSubscribeMessage<int>([new BulkSubscribeMessageEntry<int>("e", "application/json", [], 3)], "t", []);

        message.Entries.Should().ContainSingle().Which.Event.Should().Be(3);
        message.Topic.Should().Be("t");
    }

    private static BulkSubscribeAppResponse Answer(BulkSubscribeMessage<BulkMessageModel<Order>> message) => new(
        message.Entries!.ConvertAll(entry => new BulkSubscribeAppResponseEntry(entry.EntryId, entry.Event switch
        {
            { Data.OrderId: 5 } => BulkSubscribeAppResponseStatus.SUCCESS,
            { Data: null } => BulkSubscribeAppResponseStatus.DROP,
            _ => BulkSubscribeAppResponseStatus.RETRY,
        })));
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(BulkSubscribeMessage<BulkMessageModel<Order>>))]
[JsonSerializable(typeof(BulkSubscribeAppResponse))]
internal sealed partial class DeliveryJson : JsonSerializerContext;
