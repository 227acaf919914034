using System.Text.Json;
using System.Text.Json.Serialization;

namespace StocksDapr.Sidecar.Commands.Imports;

/// <summary>What the platform says has become of an import; every row read ends in exactly one of the counts.</summary>
internal sealed record ImportReceipt
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { NumberHandling = JsonNumberHandling.AllowReadingFromString };

    public string Id { get; init; } = "";

    /// <summary>accepted, reading, running, completed or failed.</summary>
    public string State { get; init; } = "";

    public long Read { get; init; }

    public long Stored { get; init; }

    public long Unchanged { get; init; }

    public long Quarantined { get; init; }

    /// <summary>Rows that say what another row of the same file says.</summary>
    public long Repeated { get; init; }

    public long Rejected { get; init; }

    public ImportBatches? Batches { get; init; }

    /// <summary>Why it failed; null when it did not.</summary>
    public JsonElement? Error { get; init; }

    [JsonIgnore]
    public bool IsOver => State is "completed" or "failed";

    [JsonIgnore]
    public bool HasFailed => State == "failed";

    /// <summary>The reason of a failure as a sentence.</summary>
    public string Reason => Error switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString()!,
        { ValueKind: JsonValueKind.Object } error when error.TryGetProperty("reason", out var reason) || error.TryGetProperty("detail", out reason) => reason.ToString(),
        { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } other => other.GetRawText(),
        _ => "no reason was given",
    };

    public static ImportReceipt From(JsonElement json) => json.Deserialize<ImportReceipt>(Json) ?? new ImportReceipt();
}

/// <param name="Total">Messages that the import consists of; null while it is being read.</param>
/// <param name="Done">How many of them are stored.</param>
internal sealed record ImportBatches(long? Total, long Done);
