using StocksDapr.Sidecar.Resources.Yaml;

namespace StocksDapr.Sidecar.Resources;

/// <summary>Reads a Subscription of either version from its document.</summary>
internal static class SubscriptionReader
{
    /// <exception cref="ResourceFormatException">A field has another form than daprd expects.</exception>
    public static SubscriptionResource Read(ResourceDocument document, bool isAlpha1)
    {
        var spec = document.Root["spec"];
        return new SubscriptionResource
        {
            Name = document.Name,
            Definition = document.Definition,
            File = document.File,
            PubSubName = spec["pubsubname"].Text() ?? "",
            Topic = spec["topic"].Text() ?? "",
            Rules = isAlpha1 ? [new RouteRule("", spec["route"].Text() ?? "")] : ReadRoutes(spec["routes"]),
            Metadata = spec["metadata"].TextMap(),
            DeadLetterTopic = spec["deadLetterTopic"].Text() ?? "",
            Bulk = ReadBulk(spec["bulkSubscribe"]),
            Scopes = document.Scopes,
        };
    }

    private static List<RouteRule> ReadRoutes(YamlField routes)
    {
        var rules = routes["rules"].Items().Select(rule => new RouteRule(rule["match"].Text() ?? "", rule["path"].Text() ?? "")).ToList();
        if (routes["default"].Text() is { Length: > 0 } standard) rules.Add(new RouteRule("", standard));
        return rules;
    }

    private static BulkSubscribe? ReadBulk(YamlField bulk) =>
        bulk["enabled"].Flag() ?? false
            ? new BulkSubscribe(bulk["maxMessagesCount"].Integer() ?? 0, bulk["maxAwaitDurationMs"].Integer() ?? 0)
            : null;
}
