using System.ComponentModel;
using System.Text.Json.Serialization;

namespace StocksDapr.Collector.Tracking;

/// <summary>The body of <c>PUT /symbols/{symbol}/tracking</c>.</summary>
/// <param name="Intervals">At least one; left out, those that are tracked by default.</param>
/// <param name="Options">Whether option chains are wanted too; left out, they are not.</param>
internal sealed record TrackingBody(
    [property: Description("1min, 5min, 15min, 30min, 1h or 1d, at least one; left out: what is tracked by default.")] IReadOnlyList<string>? Intervals = null,
    [property: Description("Whether option chains are wanted too.")] bool? Options = null);

/// <summary>A symbol that is tracked.</summary>
/// <param name="Symbol">The symbol.</param>
/// <param name="TrackedBy">The account that asked for it as it is, or <c>default</c>.</param>
/// <param name="Intervals">Of which intervals bars are collected.</param>
/// <param name="Options">Whether option chains are collected.</param>
/// <param name="Since">From when on it has been tracked, UTC.</param>
/// <param name="State">
/// <c>collected</c>; <c>unknown</c>: no provider that was asked has it; <c>waiting</c>: of none of its intervals there is a provider with a key.
/// </param>
/// <param name="Unknown">Who says that there is no such symbol; null unless so.</param>
internal sealed record TrackingItem(
    string Symbol,
    string TrackedBy,
    IReadOnlyList<string> Intervals,
    bool Options,
    DateTimeOffset Since,
    string State,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] UnknownSymbol? Unknown);

/// <summary>A page of what is tracked.</summary>
/// <param name="Items">In order of the symbols.</param>
/// <param name="Total">How many symbols are tracked.</param>
/// <param name="Next">The cursor of the next page; null if this is the last.</param>
internal sealed record TrackingPage(
    IReadOnlyList<TrackingItem> Items,
    int Total,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Next);
