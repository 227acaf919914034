using System.Text.Json;
using StocksDapr.Sidecar.Delivery;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.Resources;

namespace StocksDapr.Sidecar.Subscriptions;

/// <summary>Asks the application what it subscribes to: <c>GET /dapr/subscribe</c>, once.</summary>
internal sealed class ProgrammaticSubscriptions(SidecarContext sidecar)
{
    private readonly ILogger _log = sidecar.CreateLogger<ProgrammaticSubscriptions>();

    /// <summary>What the application answered; empty when it has no such endpoint, or its answer cannot be used.</summary>
    public async Task<IReadOnlyList<SubscriptionResource>> AskAsync(CancellationToken cancellationToken)
    {
        var headers = new Dictionary<string, string> { ["dapr-app-id"] = sidecar.AppId };
        AppResponse response;
        try
        {
            response = await sidecar.Resiliency.Initialization.RunAsync(
                token => sidecar.App!.SendAsync(HttpMethod.Get, "/dapr/subscribe", default, "application/json", headers, token), cancellationToken);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            _log.NoProgrammaticSubscriptions(failure.Message);
            return [];
        }

        if (response.Status == StatusCodes.Status404NotFound) return [];
        if (response.Status != StatusCodes.Status200OK)
        {
            _log.NoProgrammaticSubscriptions($"it answered {response.Status}");
            return [];
        }

        return Parse(response.Body.Span);
    }

    private List<SubscriptionResource> Parse(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty) return [];
        try
        {
            var answers = JsonSerializer.Deserialize(body, SubscribeAnswerJson.Default.IReadOnlyListSubscribeAnswer) ?? [];
            var subscriptions = new List<SubscriptionResource>();
            foreach (var answer in answers)
            {
                var subscription = answer.ToResource();
                if (subscription.Rules.Count == 0)
                {
                    _log.SubscriptionRefused(subscription.Topic, subscription.PubSubName, "it has no route");
                    continue;
                }

                // One rule that is not valid costs the application all of them, as in daprd.
                _ = new RouteTable(subscription.Rules);
                subscriptions.RemoveAll(other => other.PubSubName == subscription.PubSubName && other.Topic == subscription.Topic);
                subscriptions.Add(subscription);
            }

            return subscriptions;
        }
        catch (Exception broken) when (broken is JsonException or Cel.CelException)
        {
            _log.NoProgrammaticSubscriptions(broken.Message);
            return [];
        }
    }
}
