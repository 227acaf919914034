namespace StocksDapr.Collector.Imports;

/// <summary>The body of <c>POST /bars</c>, for the API's description; it is read by <see cref="DirectBars"/>, which names every mistake.</summary>
/// <param name="Interval">The interval of all bars: 1min, 5min, 15min, 30min, 1h, 1d, 1wk or 1mo.</param>
/// <param name="Source">Where the data comes from; <c>api</c> when left out.</param>
/// <param name="Bars">The bars by symbol.</param>
internal sealed record DirectBarsBody(string Interval, string? Source, IReadOnlyDictionary<string, IReadOnlyList<DirectBarBody>> Bars);

/// <param name="T">The start of the bar: a date (2013-02-08) for bars of a day or longer, else an instant with offset (2026-11-20T14:30:00Z).</param>
/// <param name="Open">Raw price in the instrument's currency.</param>
/// <param name="Volume">In shares.</param>
internal sealed record DirectBarBody(string T, double Open, double High, double Low, double Close, long Volume);
