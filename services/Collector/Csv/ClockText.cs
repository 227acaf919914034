using System.Text;

namespace StocksDapr.Collector.Csv;

/// <summary>
/// Reads a time of day: 09:30, 9:30:00, 09:30:00.000, 9:30 PM, 093000, 93000, 0930, and after it an offset: Z, +01:00, -0400,
/// +01, UTC, GMT, EST, EDT.
/// </summary>
internal static class ClockText
{
    private const int SecondsPerDay = 86_400;

    /// <param name="text">The time of day, without blanks around it.</param>
    /// <param name="second">Seconds since midnight; 86,400 for 24:00.</param>
    /// <param name="offsetMinutes">Minutes east of UTC, or <see cref="WrittenTime.NoOffset"/>.</param>
    public static bool TryRead(ReadOnlySpan<byte> text, out int second, out int offsetMinutes)
    {
        // The plain case first: HH:mm:ss and nothing else.
        if (text.Length == 8 && text[2] == ':' && text[5] == ':')
        {
            offsetMinutes = WrittenTime.NoOffset;
            second = 0;
            return TryTwoDigits(text, out var h) && TryTwoDigits(text[3..], out var m) && TryTwoDigits(text[6..], out var s)
                && TryCombine(h, m, s, out second);
        }

        return TryReadOther(text, out second, out offsetMinutes);
    }

    private static bool TryReadOther(ReadOnlySpan<byte> text, out int second, out int offsetMinutes)
    {
        second = 0;
        offsetMinutes = WrittenTime.NoOffset;
        var rest = text;
        var number = TakeNumber(ref rest, out var length);
        if (length is 0 or > 6)
            return false;

        int hour, minute = 0, seconds = 0;
        var bare = false;
        if (rest.Length > 0 && rest[0] == ':')
        {
            hour = number;
            if (length > 2 || !TryTakePart(ref rest, out minute))
                return false;
            if (rest.Length > 0 && rest[0] == ':' && !TryTakePart(ref rest, out seconds))
                return false;
            if (rest.Length > 1 && rest[0] is (byte)'.' or (byte)',')
            {
                rest = rest[1..];
                TakeNumber(ref rest, out var fraction);
                if (fraction == 0)
                    return false;
            }
        }
        else if (length <= 2)
        {
            // "4 PM"; alone only 0, which is how midnight looks after a spreadsheet took 000000 for a number.
            hour = number;
            bare = true;
        }
        else
        {
            if (length <= 4)
                number *= 100;
            (hour, minute, seconds) = (number / 10_000, number / 100 % 100, number % 100);
        }

        rest = rest.TrimStart((byte)' ');
        if (TryTakeHalf(ref rest, out var afternoon))
        {
            if (hour is < 1 or > 12)
                return false;
            hour = (hour % 12) + (afternoon ? 12 : 0);
            rest = rest.TrimStart((byte)' ');
        }
        else if (bare && hour != 0)
        {
            return false;
        }

        return TryCombine(hour, minute, seconds, out second) && (rest.IsEmpty || TryReadOffset(rest, out offsetMinutes));
    }

    private static bool TryReadOffset(ReadOnlySpan<byte> text, out int minutes)
    {
        minutes = 0;
        if (text[0] is (byte)'+' or (byte)'-')
        {
            var rest = text[1..];
            var number = TakeNumber(ref rest, out var length);
            var rested = 0;
            if (length <= 2 && rest.Length > 0 && (!TryTakePart(ref rest, out rested) || rested > 59))
                return false;

            var (hours, more) = length switch { 1 or 2 => (number, rested), 4 => (number / 100, number % 100), _ => (-1, 0) };
            minutes = ((hours * 60) + more) * (text[0] == '-' ? -1 : 1);
            return rest.IsEmpty && hours is >= 0 and <= 14 && more <= 59;
        }

        minutes = Encoding.ASCII.GetString(text).ToUpperInvariant() switch
        {
            "Z" or "UTC" or "GMT" => 0,
            "EST" => -5 * 60,
            "EDT" => -4 * 60,
            _ => WrittenTime.NoOffset,
        };
        return minutes != WrittenTime.NoOffset;
    }

    private static bool TryTakeHalf(ref ReadOnlySpan<byte> rest, out bool afternoon)
    {
        afternoon = false;
        if (rest.Length < 2 || (rest[1] | 0x20) != 'm' || (rest[0] | 0x20) is not ('a' or 'p'))
            return false;

        afternoon = (rest[0] | 0x20) == 'p';
        rest = rest[2..];
        return true;
    }

    /// <summary>A colon and two digits.</summary>
    private static bool TryTakePart(ref ReadOnlySpan<byte> rest, out int value)
    {
        value = 0;
        if (rest.Length < 3 || rest[0] != ':' || !TryTwoDigits(rest[1..], out value))
            return false;

        rest = rest[3..];
        return true;
    }

    private static bool TryCombine(int hour, int minute, int second, out int total)
    {
        total = (((hour * 60) + minute) * 60) + second;
        return minute <= 59 && second <= 59 && total <= SecondsPerDay;
    }

    private static bool TryTwoDigits(ReadOnlySpan<byte> text, out int value)
    {
        var tens = text[0] - '0';
        var ones = text[1] - '0';
        value = (tens * 10) + ones;
        return (uint)tens <= 9 && (uint)ones <= 9;
    }

    private static int TakeNumber(ref ReadOnlySpan<byte> rest, out int length)
    {
        var value = 0;
        length = 0;
        while (length < rest.Length && char.IsAsciiDigit((char)rest[length]))
        {
            value = length < 9 ? (value * 10) + rest[length] - '0' : value;
            length++;
        }

        rest = rest[length..];
        return value;
    }
}
