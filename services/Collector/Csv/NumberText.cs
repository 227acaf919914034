using System.Globalization;
using System.Text;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Csv;

/// <summary>
/// Reads a price or volume as a vendor writes it: <c>15.07</c>, <c>2088804.0</c>, <c>5.545036E7</c>, <c>$1,234.50</c>. Empty,
/// <c>null</c>, <c>NaN</c>, <c>-</c> and the like are missing values; anything else is kept as the text that it is.
/// </summary>
/// <remarks>The number is the <see cref="double"/> nearest to the text, so that its shortest form is what the vendor said.</remarks>
internal static class NumberText
{
    private const int MaxExactDigits = 15;

    /// <summary>Powers of ten that a double holds exactly.</summary>
    private static readonly double[] ExactPowersOfTen =
        [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

    private static readonly string[] MissingValues = ["null", "nan", "n/a", "#n/a", "na", "none", "nil", "-", "--"];

    /// <param name="text">The field, without blanks around it.</param>
    /// <param name="commaDelimited">
    /// The file's delimiter is a comma, so a comma inside a field can only group thousands. Otherwise <c>1,234</c> might as well be
    /// a decimal comma, and stays text.
    /// </param>
    public static RawValue Read(ReadOnlySpan<byte> text, bool commaDelimited) =>
        TryReadPlain(text, out var number) ? new RawValue(number) : ReadOther(text, commaDelimited);

    /// <summary>Whether the text is a number, in any of the spellings.</summary>
    public static bool IsNumber(ReadOnlySpan<byte> text, bool commaDelimited) => Read(text, commaDelimited).TryGetNumber(out _);

    /// <summary>
    /// Digits with at most one point: an integer below 10^15 divided by a power of ten up to 10^15. Both are exact as doubles, so
    /// the division, rounded once, is the nearest double (Clinger 1990).
    /// </summary>
    private static bool TryReadPlain(ReadOnlySpan<byte> text, out double number)
    {
        number = 0;
        var i = 0;
        var negative = text.Length > 0 && text[0] == '-';
        if (negative)
            i++;

        if (text.Length - i is 0 or > MaxExactDigits + 1)
            return false;

        long digits = 0;
        var count = 0;
        var point = -1;
        for (; i < text.Length; i++)
        {
            var digit = (uint)(text[i] - '0');
            if (digit <= 9)
            {
                digits = (digits * 10) + digit;
                count++;
            }
            else if (text[i] == '.' && point < 0)
            {
                point = count;
            }
            else
            {
                return false;
            }
        }

        if (count is 0 or > MaxExactDigits)
            return false;

        number = point < 0 ? digits : digits / ExactPowersOfTen[count - point];
        if (negative && digits != 0)
            number = -number;
        return true;
    }

    private static RawValue ReadOther(ReadOnlySpan<byte> text, bool commaDelimited)
    {
        if (text.IsEmpty)
            return default;

        foreach (var missing in MissingValues)
        {
            if (Ascii.EqualsIgnoreCase(text, missing))
                return default;
        }

        if (TryParse(text, out var number))
            return new RawValue(number);

        var amount = text[0] == '$' ? text[1..] : text;
        Span<byte> ungrouped = stackalloc byte[64];
        if (amount.Length <= ungrouped.Length && TryUngroup(amount, commaDelimited, ungrouped, out var length) && TryParse(ungrouped[..length], out number))
            return new RawValue(number);

        // No database keeps a NUL in a text.
        return new RawValue(Encoding.UTF8.GetString(text).Replace('\0', '\uFFFD'));
    }

    private static bool TryParse(ReadOnlySpan<byte> text, out double number) =>
        double.TryParse(
            text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out number)
        && double.IsFinite(number);

    /// <summary>Takes the commas out of a number whose commas stand where thousands end.</summary>
    private static bool TryUngroup(ReadOnlySpan<byte> text, bool commaDelimited, Span<byte> target, out int length)
    {
        length = 0;
        var pointAt = text.IndexOf((byte)'.');
        var whole = pointAt < 0 ? text : text[..pointAt];
        var groups = 0;
        var sinceComma = 0;
        foreach (var value in whole)
        {
            if (value == ',')
            {
                if (groups > 0 ? sinceComma != 3 : sinceComma is 0 or > 3)
                    return false;
                groups++;
                sinceComma = 0;
                continue;
            }

            if (char.IsAsciiDigit((char)value))
                sinceComma++;
            else if (length > 0 || value is not ((byte)'-' or (byte)'+'))
                return false;
            target[length++] = value;
        }

        if (groups > 0 && (sinceComma != 3 || (!commaDelimited && groups == 1 && pointAt < 0)))
            return false;

        if (pointAt >= 0)
        {
            text[pointAt..].CopyTo(target[length..]);
            length += text.Length - pointAt;
        }

        return true;
    }
}
