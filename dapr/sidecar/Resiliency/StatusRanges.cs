using System.Globalization;

namespace StocksDapr.Sidecar.Resiliency;

/// <summary>A list of HTTP statuses as policies write it: <c>429,500-599</c>.</summary>
internal sealed class StatusRanges
{
    private readonly List<(int First, int Last)> _ranges = [];

    /// <summary>Null when nothing is written: every status counts.</summary>
    /// <exception cref="FormatException">The list is not valid.</exception>
    public static StatusRanges? Parse(string? list)
    {
        if (string.IsNullOrWhiteSpace(list)) return null;
        var parsed = new StatusRanges();
        foreach (var part in list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var ends = part.Split('-', 2, StringSplitOptions.TrimEntries);
            if (!Status(ends[0], out var first) || !Status(ends[^1], out var last) || last < first)
                throw new FormatException($"'{part}' is not a status or a range of statuses between 100 and 599, for example 429,500-599");
            parsed._ranges.Add((first, last));
        }

        return parsed;
    }

    public bool Contains(int status) => _ranges.Exists(range => status >= range.First && status <= range.Last);

    private static bool Status(string text, out int status) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out status) && status is >= 100 and <= 599;
}
