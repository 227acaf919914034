using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.Logging;

namespace Dapr.AspNetCore;

/// <summary>Gathers the topics of endpoints into the list that the sidecar asks for: one subscription per component and topic.</summary>
internal sealed class SubscriptionList(ILogger logger, bool allRaw)
{
    private const string RawPayload = "rawPayload";
    private const string DefaultSeparator = ",";

    public IReadOnlyList<Subscription> Of(IEnumerable<Endpoint> endpoints) =>
    [
        .. endpoints.OfType<RouteEndpoint>()
            .SelectMany(Entries)
            .GroupBy(entry => (entry.Topic.PubsubName, entry.Topic.Name))
            .Select(entries => Merge([.. entries.OrderBy(entry => entry.Topic.Priority)]))
            .OrderBy(subscription => subscription.PubsubName, StringComparer.Ordinal)
            .ThenBy(subscription => subscription.Topic, StringComparer.Ordinal),
    ];

    private static IEnumerable<Entry> Entries(RouteEndpoint endpoint)
    {
        var originals = endpoint.Metadata.GetOrderedMetadata<IOriginalTopicMetadata>();
        var bulks = endpoint.Metadata.GetOrderedMetadata<IBulkSubscribeMetadata>();
        return endpoint.Metadata.GetOrderedMetadata<ITopicMetadata>()
            .Where(topic => topic.Name is not null)
            .Select(topic => new Entry(
                topic,
                endpoint.RoutePattern,
                [.. originals.Where(original => BelongsTo(original, topic as IOwnedOriginalTopicMetadata))],
                bulks.FirstOrDefault(bulk => bulk.TopicName == topic.Name)));
    }

    private static bool BelongsTo(IOriginalTopicMetadata original, IOwnedOriginalTopicMetadata? topic) =>
        string.IsNullOrEmpty(original.Id) || topic?.OwnedMetadatas?.Contains(original.Id, StringComparer.Ordinal) == true;

    private Subscription Merge(List<Entry> entries)
    {
        var first = entries[0];
        var rules = entries.FindAll(entry => entry.HasMatch);
        var defaults = entries.FindAll(entry => !entry.HasMatch);
        var defaultPath = defaults.Count > 0 ? defaults[0].Path : null;
        WarnOfContradictions(first.Topic, rules, defaults.Count);

        return new Subscription
        {
            PubsubName = first.Topic.PubsubName,
            Topic = first.Topic.Name,
            Route = rules.Count == 0 ? defaultPath : null,
            Routes = rules.Count == 0 ? null : new SubscriptionRoutes(defaultPath, rules.ConvertAll(rule => new SubscriptionRule(rule.Topic.Match!, rule.Path))),
            Metadata = Metadata(entries),
            DeadLetterTopic = (first.Topic as IDeadLetterTopicMetadata)?.DeadLetterTopic,
            BulkSubscribe = first.Bulk is null ? null : new SubscriptionBulk(true, first.Bulk.MaxMessagesCount, first.Bulk.MaxAwaitDurationMs),
        };
    }

    private Dictionary<string, string>? Metadata(List<Entry> entries)
    {
        var separator = entries.Select(entry => (entry.Topic as IOwnedOriginalTopicMetadata)?.MetadataSeparator)
            .FirstOrDefault(text => !string.IsNullOrEmpty(text)) ?? DefaultSeparator;
        var metadata = entries.SelectMany(entry => entry.Metadata)
            .GroupBy(original => original.Name, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => string.Join(separator, group.Select(original => original.Value).Distinct()));
        if (allRaw || entries.Exists(entry => entry.Topic is IRawTopicMetadata { EnableRawPayload: true })) metadata[RawPayload] = "true";
        return metadata.Count == 0 ? null : metadata;
    }

    private void WarnOfContradictions(ITopicMetadata topic, List<Entry> rules, int defaults)
    {
        if (defaults > 1) logger.DefaultSubscriptionExists(topic.Name, topic.PubsubName);
        foreach (var same in rules.GroupBy(rule => rule.Topic.Priority).Where(group => group.Count() > 1))
        {
            logger.DuplicatePriorities(topic.Name, topic.PubsubName, same.Key, same.Count());
        }
    }

    /// <summary>A topic of an endpoint.</summary>
    private sealed record Entry(ITopicMetadata Topic, RoutePattern Pattern, List<IOriginalTopicMetadata> Metadata, IBulkSubscribeMetadata? Bulk)
    {
        public bool HasMatch => !string.IsNullOrEmpty(Topic.Match);

        /// <summary>The route without leading slash.</summary>
        /// <exception cref="InvalidOperationException">The route has parameters: the sidecar would not know what to put there.</exception>
        public string Path => string.Join('/', Pattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(Text))));

        private string Text(RoutePatternPart part) => part is RoutePatternLiteralPart literal
            ? literal.Content
            : throw new InvalidOperationException($"The route '{Pattern.RawText}' cannot subscribe to topic '{Topic.Name}': it has parameters.");
    }
}
