using System.Text.Json.Serialization;

namespace StocksDapr.Sidecar.Subscriptions;

/// <summary>The application's answer to a bulk delivery.</summary>
internal sealed record BulkAnswer(IReadOnlyList<BulkAnswerEntry>? Statuses);

/// <summary>The verdict on one entry: SUCCESS, RETRY or DROP.</summary>
internal sealed record BulkAnswerEntry(string? EntryId, string? Status);

[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(BulkAnswer))]
internal sealed partial class BulkAnswerJson : JsonSerializerContext;
