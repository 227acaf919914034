using System.Text.Json.Serialization;
using StocksDapr.Sidecar.Resources;

namespace StocksDapr.Sidecar.Subscriptions;

/// <summary>One element of the application's answer to <c>GET /dapr/subscribe</c>. Names match in any case.</summary>
internal sealed record SubscribeAnswer
{
    public string? PubsubName { get; init; }

    public string? Topic { get; init; }

    public string? Route { get; init; }

    public SubscribeRoutes? Routes { get; init; }

    public Dictionary<string, string?>? Metadata { get; init; }

    public string? DeadLetterTopic { get; init; }

    public SubscribeBulk? BulkSubscribe { get; init; }

    public SubscriptionResource ToResource() => new()
    {
        PubSubName = PubsubName ?? "",
        Topic = Topic ?? "",
        Rules = Rules(),
        Metadata = Metadata?.ToDictionary(entry => entry.Key, entry => entry.Value ?? "", StringComparer.Ordinal) ?? [],
        DeadLetterTopic = DeadLetterTopic ?? "",
        Bulk = BulkSubscribe is { Enabled: true } bulk ? new BulkSubscribe(bulk.MaxMessagesCount, bulk.MaxAwaitDurationMs) : null,
    };

    private List<RouteRule> Rules()
    {
        var rules = (Routes?.Rules ?? []).Select(rule => new RouteRule(rule.Match ?? "", rule.Path ?? "")).ToList();
        var otherwise = string.IsNullOrEmpty(Routes?.Default) ? Route : Routes.Default;
        if (!string.IsNullOrEmpty(otherwise)) rules.Add(new RouteRule("", otherwise));
        return rules;
    }
}

internal sealed record SubscribeRoutes(IReadOnlyList<SubscribeRule>? Rules, string? Default);

internal sealed record SubscribeRule(string? Match, string? Path);

internal sealed record SubscribeBulk(bool Enabled, int MaxMessagesCount, int MaxAwaitDurationMs);

[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(IReadOnlyList<SubscribeAnswer>))]
internal sealed partial class SubscribeAnswerJson : JsonSerializerContext;
