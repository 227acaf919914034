using System.Buffers.Text;
using System.Globalization;
using System.Text;
using StocksDapr.Market;

namespace StocksDapr.Contracts.Json;

/// <summary>
/// How the start of a bar is written everywhere: a date (<c>2013-02-08</c>) for a bar of a day or longer, a UTC instant
/// (<c>2026-11-20T14:30:00Z</c>) for an intraday bar.
/// </summary>
public static class BarTime
{
    private const int DateLength = 10;
    private const int InstantLength = 20;

    /// <summary>Bytes that <see cref="Format"/> writes at most.</summary>
    public const int MaxLength = InstantLength;

    public static string ToText(DateTimeOffset start, Interval interval)
    {
        Span<byte> buffer = stackalloc byte[MaxLength];
        return Encoding.ASCII.GetString(buffer[..Format(start, interval, buffer)]);
    }

    /// <summary>Writes the text as ASCII and returns its length.</summary>
    public static int Format(DateTimeOffset start, Interval interval, Span<byte> destination)
    {
        var utc = start.UtcDateTime;
        WriteDigits(destination, utc.Year, 4);
        destination[4] = (byte)'-';
        WriteDigits(destination[5..], utc.Month, 2);
        destination[7] = (byte)'-';
        WriteDigits(destination[8..], utc.Day, 2);
        if (!interval.IsIntraday)
            return DateLength;

        destination[10] = (byte)'T';
        WriteDigits(destination[11..], utc.Hour, 2);
        destination[13] = (byte)':';
        WriteDigits(destination[14..], utc.Minute, 2);
        destination[16] = (byte)':';
        WriteDigits(destination[17..], utc.Second, 2);
        destination[19] = (byte)'Z';
        return InstantLength;
    }

    /// <summary>
    /// Reads either form, an instant also with an offset. A date becomes midnight UTC of that date; null when the text is
    /// neither.
    /// </summary>
    public static DateTimeOffset? Parse(ReadOnlySpan<byte> text)
    {
        if (TryParseDate(text, out var date))
        {
            if (text.Length == DateLength)
                return new DateTimeOffset(date, TimeSpan.Zero);

            if (text.Length == InstantLength && text[10] == 'T' && text[13] == ':' && text[16] == ':' && text[19] == 'Z'
                && TwoDigits(text[11..], 23, out var hour) && TwoDigits(text[14..], 59, out var minute) && TwoDigits(text[17..], 59, out var second))
                return new DateTimeOffset(date.AddTicks((((hour * 60L) + minute) * 60 + second) * TimeSpan.TicksPerSecond), TimeSpan.Zero);
        }

        if (text.Length is > DateLength and <= 40 && Utf8Parser.TryParse(text, out DateTimeOffset instant, out var used, 'O') && used == text.Length)
            return instant.ToUniversalTime();

        return text.Length is > DateLength and <= 40
            && DateTimeOffset.TryParse(
                Encoding.UTF8.GetString(text), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out instant)
            ? instant
            : null;
    }

    private static bool TryParseDate(ReadOnlySpan<byte> text, out DateTime date)
    {
        date = default;
        if (text.Length < DateLength || text[4] != '-' || text[7] != '-'
            || !TwoDigits(text, 99, out var century) || !TwoDigits(text[2..], 99, out var year)
            || !TwoDigits(text[5..], 12, out var month) || !TwoDigits(text[8..], 31, out var day))
            return false;

        year += century * 100;
        if (year == 0 || month == 0 || day == 0 || day > DateTime.DaysInMonth(year, month))
            return false;

        date = new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Utc);
        return true;
    }

    private static bool TwoDigits(ReadOnlySpan<byte> text, int max, out int value)
    {
        var tens = text[0] - '0';
        var ones = text[1] - '0';
        value = (tens * 10) + ones;
        return (uint)tens <= 9 && (uint)ones <= 9 && value <= max;
    }

    private static void WriteDigits(Span<byte> destination, int value, int digits)
    {
        for (var i = digits - 1; i >= 0; i--)
        {
            destination[i] = (byte)('0' + (value % 10));
            value /= 10;
        }
    }
}
