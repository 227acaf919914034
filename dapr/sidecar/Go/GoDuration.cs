using System.Buffers;
using System.Globalization;

namespace StocksDapr.Sidecar.Go;

/// <summary>Durations as Go writes them: <c>300ms</c>, <c>1.5h</c>, <c>1h30m</c>, <c>-2s</c>.</summary>
internal static class GoDuration
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    private static readonly (string Unit, double Nanoseconds)[] Units =
    [
        ("ns", 1), ("us", 1e3), ("µs", 1e3), ("μs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9),
    ];

    /// <summary>Go's <c>time.ParseDuration</c>. A number needs a unit, except for 0.</summary>
    public static bool TryParse(string? text, out TimeSpan duration)
    {
        duration = default;
        if (string.IsNullOrEmpty(text)) return false;
        var rest = text.AsSpan();
        var negative = rest[0] == '-';
        if (rest[0] is '-' or '+') rest = rest[1..];
        if (rest is "0") return true;
        if (rest.IsEmpty) return false;
        var nanoseconds = 0d;
        while (!rest.IsEmpty)
        {
            var number = rest.IndexOfAnyExcept(Digits);
            if (number <= 0 || !double.TryParse(rest[..number], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)) return false;
            rest = rest[number..];
            var unit = rest.IndexOfAny(Digits);
            if (unit < 0) unit = rest.Length;
            if (!TryUnit(rest[..unit], out var factor)) return false;
            nanoseconds += value * factor;
            rest = rest[unit..];
        }

        if (nanoseconds > long.MaxValue) return false;
        duration = TimeSpan.FromTicks((long)(nanoseconds / 100) * (negative ? -1 : 1));
        return true;
    }

    /// <summary>As component metadata is read: a duration, or a whole number of seconds; empty is zero.</summary>
    public static bool TryParseSetting(string text, out TimeSpan duration)
    {
        duration = default;
        if (text.Length == 0 || TryParse(text, out duration)) return true;
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds)) return false;
        if (Math.Abs((double)seconds) > long.MaxValue / 1e9) return false;
        duration = TimeSpan.FromSeconds(seconds);
        return true;
    }

    /// <summary>As Go prints it.</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration == TimeSpan.Zero) return "0s";
        if (duration < TimeSpan.Zero) return "-" + Format(duration.Negate());
        if (duration < TimeSpan.FromMilliseconds(1)) return Invariant(duration.TotalMicroseconds) + "µs";
        if (duration < TimeSpan.FromSeconds(1)) return Invariant(duration.TotalMilliseconds) + "ms";
        var hours = (long)duration.TotalHours;
        var seconds = Invariant((duration.Ticks % TimeSpan.TicksPerMinute) / (double)TimeSpan.TicksPerSecond) + "s";
        if (hours > 0) return string.Create(CultureInfo.InvariantCulture, $"{hours}h{duration.Minutes}m{seconds}");
        return duration.Minutes > 0 ? string.Create(CultureInfo.InvariantCulture, $"{duration.Minutes}m{seconds}") : seconds;
    }

    private static string Invariant(double value) => value.ToString("0.#########", CultureInfo.InvariantCulture);

    private static bool TryUnit(ReadOnlySpan<char> name, out double nanoseconds)
    {
        foreach (var (unit, factor) in Units)
        {
            if (!name.SequenceEqual(unit)) continue;
            nanoseconds = factor;
            return true;
        }

        nanoseconds = 0;
        return false;
    }
}
