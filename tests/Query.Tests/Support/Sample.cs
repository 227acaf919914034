using StocksDapr.Market;

namespace StocksDapr.Query.Tests.Support;

/// <summary>Bars to ask for.</summary>
internal static class Sample
{
    public static DateTimeOffset Day(int year, int month, int day) => new(year, month, day, 0, 0, 0, TimeSpan.Zero);

    /// <summary>One bar a day from a date on, weekends included.</summary>
    public static IEnumerable<Bar> Days(DateTimeOffset first, int count) => Series(first, TimeSpan.FromDays(1), count);

    public static IEnumerable<Bar> Series(DateTimeOffset first, TimeSpan step, int count) =>
        Enumerable.Range(0, count).Select(i => new Bar(first + (step * i), 10 + (i / 7.0), 11 + (i / 7.0), 9 + (i / 7.0), 10.1 + (i / 7.0), 1_000 + i));
}
