using System.Text;

namespace StocksDapr.Collector.Csv;

/// <summary>
/// Reads dates and times in the forms that vendors and spreadsheets write: 2013-02-08, 2013/2/8, 20130208, 02/08/2013, 2/8/13,
/// 08.02.2013, 8-Feb-2013, Feb 08, 2013, each with a time of day (09:30, 9:30:00 PM, 093000) and an offset (Z, +01:00, -0400), and Unix time.
/// </summary>
/// <remarks>
/// Dates with points are day first. Those with slashes or dashes that end in the year are read in the order given, which the file
/// as a whole has decided (<see cref="RowSamples"/>); a date that is impossible in that order is refused, never turned around.
/// </remarks>
internal static class TimeText
{
    private const int FirstYear = 1800;
    private const int LastYear = 2199;

    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

    /// <summary>Reads a date, with or without a time of day.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, DateOrder order, out WrittenTime time)
    {
        // The plain case first: yyyy-MM-dd, alone or followed by a time.
        if (text.Length >= 10 && text[4] == '-' && text[7] == '-'
            && TryDigits(text[..4], out var year) && TryDigits(text.Slice(5, 2), out var month) && TryDigits(text.Slice(8, 2), out var day))
        {
            time = default;
            return TryDate(year, month, day, out var date) && TryReadRest(text[10..], date, out time);
        }

        return TryReadOther(text, order, out time);
    }

    /// <summary>Reads a date with the time of day that stands in a column of its own.</summary>
    public static bool TryRead(ReadOnlySpan<byte> dateText, ReadOnlySpan<byte> timeText, DateOrder order, out WrittenTime time)
    {
        if (!TryRead(dateText, order, out time))
            return false;
        if (timeText.IsEmpty)
            return true;

        if (!ClockText.TryRead(timeText, out var second, out var offset))
            return false;

        time = new WrittenTime(time.Date, second, offset);
        return true;
    }

    /// <summary>The three numbers of a date that ends in its year, in the order of the text; false for every other form of date.</summary>
    public static bool TryReadYearLast(ReadOnlySpan<byte> text, out int first, out int second)
    {
        first = second = 0;
        var rest = text;
        return TryTakeNumber(ref rest, out first, out var firstLength) && firstLength <= 2
            && TryTakeSeparator(ref rest, out var separator) && separator != '.'
            && TryTakeNumber(ref rest, out second, out var secondLength) && secondLength <= 2
            && TryTakeSeparator(ref rest, out _)
            && TryTakeNumber(ref rest, out _, out var yearLength) && yearLength is 2 or 4;
    }

    private static bool TryReadOther(ReadOnlySpan<byte> text, DateOrder order, out WrittenTime time)
    {
        time = default;
        var rest = text;
        if (TryTakeMonth(ref rest, out var month))
            return TryReadMonthDayYear(rest, month, out time);

        if (!TryTakeNumber(ref rest, out var first, out var length))
            return false;

        if (rest.IsEmpty && length is 10 or 13)
            return TryReadUnixTime(text, out time);

        if (length is 8 or 12 or 14)
        {
            var stamp = text[..length];
            return TryDigits(stamp[..4], out var year) && TryDigits(stamp.Slice(4, 2), out month) && TryDigits(stamp.Slice(6, 2), out var dayOfMonth)
                && TryDate(year, month, dayOfMonth, out var date)
                && (length == 8 ? TryReadRest(rest, date, out time) : rest.IsEmpty && TryReadRest(stamp[8..], date, out time));
        }

        if (length is not (1 or 2 or 4) || !TryTakeSeparator(ref rest, out var separator))
            return false;

        if (length <= 2 && TryTakeMonth(ref rest, out month))
        {
            return TryTakeSeparator(ref rest, out _) && TryTakeYear(ref rest, out var year)
                && TryDate(year, month, first, out var date) && TryReadRest(rest, date, out time);
        }

        if (!TryTakeNumber(ref rest, out var second, out var secondLength) || secondLength > 2
            || !TryTakeSeparator(ref rest, out var again) || again != separator)
            return false;

        if (length == 4)
        {
            return TryTakeNumber(ref rest, out var day, out var dayLength) && dayLength <= 2
                && TryDate(first, second, day, out var date) && TryReadRest(rest, date, out time);
        }
        else
        {
            if (!TryTakeYear(ref rest, out var year))
                return false;

            var dayFirst = separator == '.' || order == DateOrder.DayFirst;
            return TryDate(year, dayFirst ? second : first, dayFirst ? first : second, out var date) && TryReadRest(rest, date, out time);
        }
    }

    /// <summary>Feb 08, 2013: the month has been read.</summary>
    private static bool TryReadMonthDayYear(ReadOnlySpan<byte> rest, int month, out WrittenTime time)
    {
        time = default;
        if (!TryTakeSeparator(ref rest, out _) || !TryTakeNumber(ref rest, out var day, out var length) || length > 2)
            return false;

        if (rest.Length > 0 && rest[0] == ',')
            rest = rest[1..];
        return TryTakeSeparator(ref rest, out _) && TryTakeYear(ref rest, out var year)
            && TryDate(year, month, day, out var date) && TryReadRest(rest, date, out time);
    }

    private static bool TryReadRest(ReadOnlySpan<byte> rest, DateOnly date, out WrittenTime time)
    {
        if (rest.IsEmpty)
        {
            time = new WrittenTime(date, -1, WrittenTime.NoOffset);
            return true;
        }

        if (rest[0] is (byte)'T' or (byte)'t' or (byte)',' or (byte)' ')
            rest = rest[1..].TrimStart((byte)' ');

        if (ClockText.TryRead(rest, out var second, out var offset))
        {
            time = new WrittenTime(date, second, offset);
            return true;
        }

        time = default;
        return false;
    }

    /// <summary>Seconds (10 digits, 2001 to 2286) or milliseconds (13 digits) since 1970, an instant in UTC.</summary>
    private static bool TryReadUnixTime(ReadOnlySpan<byte> text, out WrittenTime time)
    {
        time = default;
        if (!long.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var value))
            return false;

        var instant = text.Length == 13 ? DateTimeOffset.FromUnixTimeMilliseconds(value) : DateTimeOffset.FromUnixTimeSeconds(value);
        if (instant.Year is < FirstYear or > LastYear)
            return false;

        time = new WrittenTime(DateOnly.FromDateTime(instant.UtcDateTime), (int)instant.TimeOfDay.TotalSeconds, 0);
        return true;
    }

    private static bool TryDate(int year, int month, int day, out DateOnly date)
    {
        date = default;
        if (year is < FirstYear or > LastYear || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
            return false;

        date = new DateOnly(year, month, day);
        return true;
    }

    /// <summary>A year of four digits, or of two: 70 to 99 belong to the last century, 00 to 69 to this one.</summary>
    private static bool TryTakeYear(ref ReadOnlySpan<byte> rest, out int year)
    {
        if (!TryTakeNumber(ref rest, out year, out var length))
            return false;

        if (length == 2)
            year += year >= 70 ? 1900 : 2000;
        return length is 2 or 4;
    }

    private static bool TryTakeMonth(ref ReadOnlySpan<byte> rest, out int month)
    {
        month = 0;
        var length = 0;
        while (length < rest.Length && char.IsAsciiLetter((char)rest[length]))
            length++;
        if (length is < 3 or > 9)
            return false;

        for (var i = 0; i < Months.Length && month == 0; i++)
        {
            if (Ascii.EqualsIgnoreCase(rest[..3], Months[i]))
                month = i + 1;
        }

        rest = rest[length..];
        return month > 0;
    }

    private static bool TryTakeSeparator(ref ReadOnlySpan<byte> rest, out byte separator)
    {
        separator = rest.Length > 0 ? rest[0] : (byte)0;
        if (separator is not ((byte)'-' or (byte)'/' or (byte)'.' or (byte)' '))
            return false;

        rest = rest[1..];
        return true;
    }

    private static bool TryTakeNumber(ref ReadOnlySpan<byte> rest, out int value, out int length)
    {
        value = 0;
        length = 0;
        while (length < rest.Length && char.IsAsciiDigit((char)rest[length]))
        {
            // Only the length counts of a number too long to be part of a date.
            value = length < 9 ? (value * 10) + rest[length] - '0' : value;
            length++;
        }

        rest = rest[length..];
        return length > 0;
    }

    private static bool TryDigits(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        foreach (var digit in text)
        {
            if (digit is < (byte)'0' or > (byte)'9')
                return false;
            value = (value * 10) + digit - '0';
        }

        return true;
    }
}
