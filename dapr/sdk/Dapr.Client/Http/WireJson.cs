using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dapr.Client.Http;

/// <summary>How the sidecar's own answers are read, apart from the application's JSON options.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(DaprError))]
[JsonSerializable(typeof(BulkPublishAnswer))]
[JsonSerializable(typeof(LockAnswer))]
[JsonSerializable(typeof(UnlockAnswer))]
[JsonSerializable(typeof(MetadataAnswer))]
[JsonSerializable(typeof(Dictionary<string, ConfigurationAnswer>))]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(Dictionary<string, Dictionary<string, string>>))]
internal sealed partial class WireJson : JsonSerializerContext;

internal sealed record BulkPublishAnswer(List<BulkPublishAnswer.Entry>? FailedEntries)
{
    internal sealed record Entry(string? EntryId, string? Error);
}

internal sealed record LockAnswer(bool Success);

internal sealed record UnlockAnswer(int Status);

internal sealed record ConfigurationAnswer(string? Value, string? Version, Dictionary<string, string>? Metadata);

internal sealed record MetadataAnswer(
    string? Id,
    List<MetadataAnswer.Actor>? Actors,
    MetadataAnswer.Runtime? ActorRuntime,
    Dictionary<string, string>? Extended,
    List<MetadataAnswer.Component>? Components)
{
    internal sealed record Actor(string? Type, int Count);

    internal sealed record Runtime(List<Actor>? ActiveActors);

    internal sealed record Component(string? Name, string? Type, string? Version, string[]? Capabilities);
}
