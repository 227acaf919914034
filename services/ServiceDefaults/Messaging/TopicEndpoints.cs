using Dapr;
using Dapr.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using StocksDapr.Contracts;
using StocksDapr.Contracts.Json;

namespace StocksDapr.ServiceDefaults.Messaging;

/// <summary>Says what became of each entry of a delivery, in any order. An entry left out is delivered again.</summary>
public delegate Task<BulkSubscribeAppResponse> DeliveryHandler<T>(IReadOnlyList<Delivery<T>> deliveries, CancellationToken cancellationToken)
    where T : class;

/// <summary>Subscriptions, all made the same way: in bulk, with the dead-letter topic behind them.</summary>
public static class TopicEndpoints
{
    private const int MaxMessages = 64;
    private const int MaxAwaitMilliseconds = 20;

    /// <summary>Subscribes to a topic; its deliveries are posted to <c>/topics/{topic}</c>.</summary>
    /// <param name="app">The application.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="handler">What to do with a delivery.</param>
    /// <param name="maxMessages">Messages in one delivery: fewer where they are large.</param>
    public static IEndpointConventionBuilder MapTopic<T>(this IEndpointRouteBuilder app, string topic, DeliveryHandler<T> handler, int maxMessages = MaxMessages)
        where T : class =>
        app.MapPost($"/topics/{topic}", async (HttpContext context) =>
            {
                var deliveries = await BulkDelivery.ReadAsync<T>(context.Request, ContractsJson.Options, context.RequestAborted);
                return await handler(deliveries, context.RequestAborted);
            })
            .WithTopic(new TopicOptions
            {
                PubsubName = Components.PubSub,
                Name = topic,
                DeadLetterTopic = topic == Topics.DeadLetters ? null! : Topics.DeadLetters,
            })
            .WithBulkSubscribe(new BulkSubscribeTopicOptions { TopicName = topic, MaxMessagesCount = maxMessages, MaxAwaitDurationMs = MaxAwaitMilliseconds })
            .ExcludeFromDescription();
}
