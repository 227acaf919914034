using System.Globalization;
using StocksDapr.Sidecar.Running;

namespace StocksDapr.Sidecar.Commands;

/// <summary>Lengths of time as people write them: <c>30d</c>, <c>12h</c>, <c>90m</c>, <c>45s</c>, <c>500ms</c>.</summary>
internal static class Durations
{
    private static readonly (string Suffix, TimeSpan Unit)[] Units =
    [
        ("ms", TimeSpan.FromMilliseconds(1)), ("s", TimeSpan.FromSeconds(1)), ("m", TimeSpan.FromMinutes(1)),
        ("h", TimeSpan.FromHours(1)), ("d", TimeSpan.FromDays(1)),
    ];

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        foreach (var (suffix, unit) in Units)
        {
            if (!text.EndsWith(suffix, StringComparison.Ordinal)
                || !double.TryParse(text.AsSpan(0, text.Length - suffix.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                || number * unit.TotalDays > 36_500)
            {
                continue;
            }

            duration = unit * number;
            return true;
        }

        return false;
    }

    /// <exception cref="RunFailedException">It is no duration.</exception>
    public static TimeSpan Parse(string text, string where) =>
        TryParse(text, out var duration) ? duration : throw new RunFailedException($"{where}: `{text}` is no duration; write it as 500ms, 10s, 5m, 12h or 30d.");
}
