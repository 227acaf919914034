using System.Text.Json.Serialization;

namespace Dapr.AspNetCore;

/// <summary>An element of the answer to <c>GET /dapr/subscribe</c>.</summary>
internal sealed record Subscription
{
    public required string PubsubName { get; init; }

    public required string Topic { get; init; }

    public string? Route { get; init; }

    public SubscriptionRoutes? Routes { get; init; }

    public Dictionary<string, string>? Metadata { get; init; }

    public string? DeadLetterTopic { get; init; }

    public SubscriptionBulk? BulkSubscribe { get; init; }
}

internal sealed record SubscriptionRoutes(string? Default, List<SubscriptionRule> Rules);

internal sealed record SubscriptionRule(string Match, string Path);

internal sealed record SubscriptionBulk(bool Enabled, int MaxMessagesCount, int MaxAwaitDurationMs);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IReadOnlyList<Subscription>))]
internal sealed partial class SubscriptionJson : JsonSerializerContext;
