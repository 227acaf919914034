using System.Text.Json;

namespace StocksDapr.Collector.Imports;

/// <summary>An import's receipt as Query answers it, with what this service reads of it.</summary>
internal sealed class StoredReceipt(JsonElement json)
{
    /// <summary>The whole receipt, to be passed on.</summary>
    public JsonElement Json { get; } = json;

    /// <summary>accepted, reading, running, completed or failed.</summary>
    public string State { get; } = json.TryGetProperty("state", out var state) && state.ValueKind == JsonValueKind.String ? state.GetString()! : "";

    /// <summary>Batches stored so far.</summary>
    public int BatchesDone { get; } =
        json.TryGetProperty("batches", out var batches) && batches.ValueKind == JsonValueKind.Object
        && batches.TryGetProperty("done", out var done) && done.ValueKind == JsonValueKind.Number && done.TryGetInt32(out var count)
            ? count
            : 0;

    public bool IsCompleted => State == "completed";

    public bool IsFinal => State is "completed" or "failed";
}
