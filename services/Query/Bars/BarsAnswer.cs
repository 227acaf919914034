using System.Text.Json.Serialization;

namespace StocksDapr.Query.Bars;

/// <summary>The public shape of <c>/bars</c>, for its description: the answer itself is put together in <see cref="BarsJson"/>.</summary>
/// <param name="Bars">By symbol, in the order asked; a symbol that the next page begins with is not there yet.</param>
/// <param name="Errors">By symbol.</param>
/// <param name="Next">The cursor of the next page; null if this is the last.</param>
internal sealed record BarsAnswer(
    string Interval, IReadOnlyDictionary<string, IReadOnlyList<BarItem>> Bars, IReadOnlyDictionary<string, SymbolError> Errors, string? Next);

/// <param name="T">Start of the bar: a session date, or a UTC instant for intraday bars.</param>
internal sealed record BarItem(
    [property: JsonPropertyName("t")] string T, double Open, double High, double Low, double Close, long Volume, string Source);
