using System.Text.Json.Serialization;
using StocksDapr.Collector.Csv;

namespace StocksDapr.Collector.Imports;

/// <summary>
/// What is known of an import that has been accepted, kept beside its file. Nothing of it ever changes, so that reading the file again
/// makes the same messages.
/// </summary>
/// <param name="Id">The import's id.</param>
/// <param name="Source">The name that readers see as the bars' source.</param>
/// <param name="AcceptedAt">When the file was safe on disk (UTC): the fetch time of all its bars.</param>
/// <param name="Bytes">Size of the file as it was sent, packed or not.</param>
/// <param name="Interval">The interval's code as the sender said it; null to tell it from the file.</param>
/// <param name="InferredInterval">The interval's code as the file tells it; null when the file does not tell, or cannot be read.</param>
/// <param name="Symbol">The symbol that the sender gave for all rows.</param>
/// <param name="Stamp">Which end of a bar its times name, where the sender said so.</param>
/// <param name="DateOrder">How to read 3/4/2017, where the sender said so.</param>
/// <param name="FileName">The file's name at the sender's.</param>
internal sealed record ImportManifest(
    string Id,
    string Source,
    DateTimeOffset AcceptedAt,
    long Bytes,
    string? Interval,
    string? InferredInterval,
    string? Symbol,
    [property: JsonConverter(typeof(JsonStringEnumConverter<BarStamp>))] BarStamp? Stamp,
    [property: JsonConverter(typeof(JsonStringEnumConverter<DateOrder>))] DateOrder? DateOrder,
    string? FileName)
{
    /// <summary>The version of this file's shape.</summary>
    public int Schema { get; init; } = 1;

    [JsonIgnore]
    public LayoutHints Hints => new(Market.Interval.TryParse(Interval, out var interval) ? interval : null, Symbol, Stamp, DateOrder, FileName);

    /// <summary>The interval, said or inferred; empty when neither.</summary>
    [JsonIgnore]
    public string IntervalCode => Interval ?? InferredInterval ?? "";
}
