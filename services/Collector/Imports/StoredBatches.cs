using System.Text.Json.Serialization;

namespace StocksDapr.Collector.Imports;

/// <summary>Which batches of an import are stored, as Query tells: <c>{"batches":7,"missing":[[2,3],[6,6]]}</c>.</summary>
/// <param name="Batches">Batches of the whole import; null while that is not known.</param>
/// <param name="Missing">Ranges of batch numbers, both ends included, that are not stored.</param>
internal sealed record StoredBatches(
    [property: JsonPropertyName("batches")] int? Batches, [property: JsonPropertyName("missing")] IReadOnlyList<IReadOnlyList<int>> Missing)
{
    /// <summary>Nothing is known to be stored.</summary>
    public static readonly StoredBatches None = new(null, []);

    /// <summary>Batches stored when the receipt was asked for, which is before the missing ones were.</summary>
    [JsonIgnore]
    public int Done { get; init; }

    /// <summary>
    /// Whether a batch is stored for certain: to publish a batch once more does no harm, to leave one out does. While the number of batches is
    /// not known, only gaps before the last stored one are told; that last one is found by counting the stored ones and the gaps.
    /// </summary>
    public bool IsStored(int number)
    {
        long gaps = 0;
        foreach (var range in Missing)
        {
            if (range is not [var from, var to] || (number >= from && number <= to))
                return false;
            gaps += to - from + 1L;
        }

        return number < (Batches ?? Done + gaps);
    }
}
