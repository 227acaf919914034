using System.Globalization;
using StocksDapr.Market;

namespace StocksDapr.Query.Requests;

/// <summary>
/// Understands the ends of a range. A date means, for bars of a day or longer, that session date; for intraday bars the whole day on New
/// York's clocks: as <c>from</c> its first second, as <c>to</c> its last. An instant (with <c>Z</c> or an offset) is compared with the start
/// of a bar, which for bars of a day or longer is midnight UTC of the session date.
/// </summary>
internal static class TimeBound
{
    private const int DateLength = 10;
    private const long Day = 86_400;

    /// <summary>New York's midnight in UTC outside daylight saving; good enough outside the years that have bars.</summary>
    private const long StandardMidnight = 5 * 3_600;

    private static readonly string[] Formats =
        ["yyyy-MM-ddTHH:mmK", "yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK"];

    public static bool TryParseFrom(string text, bool intraday, out long seconds)
    {
        if (text.Length == DateLength)
            return TryParseDay(text, intraday, 0, out seconds);

        seconds = 0;
        if (!TryParseInstant(text, out var instant))
            return false;
        seconds = instant.ToUnixTimeSeconds();
        if (instant.UtcTicks % TimeSpan.TicksPerSecond != 0)
            seconds++;
        return true;
    }

    public static bool TryParseTo(string text, bool intraday, out long seconds)
    {
        if (text.Length == DateLength)
        {
            // The last second of a New York day is the one before the next day's first, also when the clocks change.
            var understood = TryParseDay(text, intraday, intraday ? 1 : 0, out seconds);
            if (intraday)
                seconds--;
            return understood;
        }

        seconds = TryParseInstant(text, out var instant) ? instant.ToUnixTimeSeconds() : long.MinValue;
        return seconds != long.MinValue;
    }

    /// <summary>A time without an offset would be guesswork, so it is refused.</summary>
    public static bool TryParseInstant(string text, out DateTimeOffset instant)
    {
        instant = default;
        if (text.Length is < 17 or > 40)
            return false;
        if (text[^1] is not ('Z' or 'z') && text[^6] is not ('+' or '-' or ' '))
            return false;

        // A plus sign that was not escaped arrives as a blank.
        if (text[^6] == ' ')
            text = $"{text[..^6]}+{text[^5..]}";
        return DateTimeOffset.TryParseExact(
            text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out instant);
    }

    /// <summary>The first second of a New York day, as an instant.</summary>
    public static long StartOfDay(DateOnly date) => date.Year is > 1900 and < 2200
        ? NewYorkTime.ToInstant(date, TimeOnly.MinValue).ToUnixTimeSeconds()
        : Midnight(date.DayNumber) + StandardMidnight;

    /// <summary>Midnight UTC of a session date: the start of a bar of a day or longer.</summary>
    public static long Midnight(int dayNumber) => (dayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber) * Day;

    private static bool TryParseDay(string text, bool intraday, int daysLater, out long seconds)
    {
        seconds = 0;
        if (!DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
            return false;

        seconds = !intraday || date.DayNumber + daysLater > DateOnly.MaxValue.DayNumber
            ? Midnight(date.DayNumber + daysLater) + (intraday ? StandardMidnight : 0)
            : StartOfDay(date.AddDays(daysLater));
        return true;
    }
}
