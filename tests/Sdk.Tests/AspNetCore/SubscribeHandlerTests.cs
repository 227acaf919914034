using System.Net;
using System.Text.Json.Nodes;
using Dapr;
using Dapr.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Mvc;

namespace StocksDapr.Sdk.AspNetCore;

public sealed class SubscribeHandlerTests
{
    [Fact]
    public async Task Endpoints_are_listed_by_component_and_topic()
    {
        var subscriptions = await SubscriptionsAsync(app =>
        {
            app.MapPost("/z", Nothing).WithTopic("pubsub", "z");
            app.MapPost("a/b", Nothing).WithTopic("pubsub", "a");
            app.MapPost("/other", Nothing).WithTopic("another", "z");
            app.MapPost("/none", Nothing);
        });

        subscriptions.Should().Be(
            """
            [{"pubsubName":"another","topic":"z","route":"other"},
             {"pubsubName":"pubsub","topic":"a","route":"a/b"},
             {"pubsubName":"pubsub","topic":"z","route":"z"}]
            """.ReplaceLineEndings("").Replace(" ", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_application_without_topics_answers_an_empty_list() =>
        (await SubscriptionsAsync(_ => { })).Should().Be("[]");

    [Fact]
    public async Task Bulk_subscription_and_dead_letter_topic_are_told()
    {
        var subscriptions = await SubscriptionsAsync(app =>
            app.MapPost("/bars", Nothing)
                .WithTopic(new TopicOptions { PubsubName = "pubsub", Name = "bars", DeadLetterTopic = "dead-letters" })
                .WithBulkSubscribe(new BulkSubscribeTopicOptions { TopicName = "bars", MaxMessagesCount = 64, MaxAwaitDurationMs = 20 }));

        subscriptions.Should().Be(
            """[{"pubsubName":"pubsub","topic":"bars","route":"bars","deadLetterTopic":"dead-letters","bulkSubscribe":{"enabled":true,"maxMessagesCount":64,"maxAwaitDurationMs":20}}]""");
    }

    [Fact]
    public async Task Bulk_subscription_holds_for_its_own_topic_and_has_defaults()
    {
        var subscriptions = await SubscriptionsAsync(app =>
            app.MapPost("/bars", Nothing).WithTopic("pubsub", "bars").WithTopic("pubsub", "other")
                .WithBulkSubscribe(new BulkSubscribeTopicOptions { TopicName = "bars" }));

        subscriptions.Should().Be(
            """[{"pubsubName":"pubsub","topic":"bars","route":"bars","bulkSubscribe":{"enabled":true,"maxMessagesCount":100,"maxAwaitDurationMs":1000}},"""
            + """{"pubsubName":"pubsub","topic":"other","route":"bars"}]""");
    }

    [Fact]
    public async Task Rules_are_listed_by_priority_with_the_rest_as_default()
    {
        var subscriptions = await SubscriptionsAsync(app =>
        {
            app.MapPost("/second", Nothing).WithTopic(new TopicOptions { PubsubName = "p", Name = "t", Match = "event.type == 'b'", Priority = 2 });
            app.MapPost("/first", Nothing).WithTopic(new TopicOptions { PubsubName = "p", Name = "t", Match = "event.type == 'a'", Priority = 1, DeadLetterTopic = "d1" });
            app.MapPost("/rest", Nothing).WithTopic(new TopicOptions { PubsubName = "p", Name = "t", Priority = 3, DeadLetterTopic = "d3" });
        });

        JsonNode.DeepEquals(JsonNode.Parse(subscriptions), JsonNode.Parse(
            """
            [{"pubsubName":"p","topic":"t","deadLetterTopic":"d1","routes":{"default":"rest",
              "rules":[{"match":"event.type == 'a'","path":"first"},{"match":"event.type == 'b'","path":"second"}]}}]
            """)).Should().BeTrue(subscriptions);
    }

    [Fact]
    public async Task Metadata_are_merged_and_raw_payload_is_one_of_them()
    {
        var subscriptions = await SubscriptionsAsync(app =>
        {
            app.MapPost("/a", [Topic("p", "t", ["own"], "|"), TopicMetadata("own", "m", "1"), TopicMetadata("foreign", "m", "9"), TopicMetadata("m", "2")] () => { });
            app.MapPost("/b", Nothing).WithTopic("p", "raw", enableRawPayload: true, new Dictionary<string, string> { ["x"] = "y" });
        });

        subscriptions.Should().Be(
            """[{"pubsubName":"p","topic":"raw","route":"b","metadata":{"x":"y","rawPayload":"true"}},{"pubsubName":"p","topic":"t","route":"a","metadata":{"m":"1|2"}}]""");
    }

    [Fact]
    public async Task Raw_payload_can_be_asked_for_all_topics()
    {
        await using var app = await TestApplication.StartAsync(app =>
        {
            app.MapSubscribeHandler(new SubscribeOptions { EnableRawPayload = true });
            app.MapPost("/a", Nothing).WithTopic("p", "t");
        });

        (await app.Http.GetStringAsync("/dapr/subscribe")).Should().Contain("\"metadata\":{\"rawPayload\":\"true\"}");
    }

    [Fact]
    public async Task A_route_with_parameters_cannot_subscribe()
    {
        await using var app = await TestApplication.StartAsync(app =>
        {
            app.MapSubscribeHandler();
            app.MapPost("/bars/{symbol}", (string symbol) => symbol).WithTopic("p", "t");
        });

        (await app.Http.GetAsync("/dapr/subscribe")).StatusCode.Should().Be(HttpStatusCode.InternalServerError);
    }

    [Fact]
    public void A_topic_without_name_is_refused()
    {
        FluentActions.Invoking(() => new TopicAttribute("p", "")).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new TopicAttribute("", "t", "match", 1)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new TopicMetadataAttribute("", "v")).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new FromStateAttribute("")).Should().Throw<ArgumentException>();
    }

    private static void Nothing()
    {
    }

    private static async Task<string> SubscriptionsAsync(Action<WebApplication> configure)
    {
        await using var app = await TestApplication.StartAsync(app =>
        {
            app.MapSubscribeHandler();
            configure(app);
        });
        return await app.Http.GetStringAsync("/dapr/subscribe");
    }
}
