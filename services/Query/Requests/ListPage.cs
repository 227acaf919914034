using System.Text.Json.Serialization;

namespace StocksDapr.Query.Requests;

/// <summary>A page of a list.</summary>
/// <param name="Next">The cursor of the next page; null if this is the last.</param>
internal sealed record ListPage<T>(
    IReadOnlyList<T> Items,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Next)
{
    /// <summary>Makes a page out of one row more than were asked for: that there is one more says that a page follows.</summary>
    /// <param name="cursor">The cursor that goes on after an item.</param>
    public static ListPage<T> Of(List<T> rows, int limit, Func<T, string> cursor)
    {
        if (rows.Count <= limit)
            return new ListPage<T>(rows, null);

        var items = rows.GetRange(0, limit);
        return new ListPage<T>(items, cursor(items[^1]));
    }
}
