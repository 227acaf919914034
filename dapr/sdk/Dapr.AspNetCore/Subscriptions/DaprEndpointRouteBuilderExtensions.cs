using Dapr;
using Dapr.AspNetCore;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Tells the sidecar which topics the application subscribes to.</summary>
public static class DaprEndpointRouteBuilderExtensions
{
    /// <summary>Maps <c>GET /dapr/subscribe</c>, which lists the subscriptions of all endpoints.</summary>
    public static IEndpointConventionBuilder MapSubscribeHandler(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapSubscribeHandler(new SubscribeOptions());

    /// <summary>Maps <c>GET /dapr/subscribe</c>, which lists the subscriptions of all endpoints.</summary>
    public static IEndpointConventionBuilder MapSubscribeHandler(this IEndpointRouteBuilder endpoints, SubscribeOptions? options)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        return endpoints.MapGet("dapr/subscribe", (HttpContext context) => ListAsync(context, options?.EnableRawPayload ?? false));
    }

    private static Task ListAsync(HttpContext context, bool allRaw)
    {
        var endpoints = context.RequestServices.GetRequiredService<EndpointDataSource>();
        var logger = context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("DaprTopicSubscription");
        var subscriptions = new SubscriptionList(logger, allRaw).Of(endpoints.Endpoints);
        return context.Response.WriteAsJsonAsync(
            subscriptions, SubscriptionJson.Default.IReadOnlyListSubscription, cancellationToken: context.RequestAborted);
    }
}
