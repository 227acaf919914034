using System.Buffers.Text;
using System.Globalization;

namespace StocksDapr.Sidecar.Go;

/// <summary>Writes numbers as Go's <c>encoding/json</c> does: the shortest digits that read back to the same double, an exponent only below 1e-6 and from 1e21.</summary>
internal static class GoNumber
{
    /// <summary>What Go says about a text that it could not read as a whole number.</summary>
    public static string ParseProblem(string text)
    {
        var digits = text.AsSpan(text.StartsWith('-') || text.StartsWith('+') ? 1 : 0);
        return digits.Length > 0 && digits.IndexOfAnyExceptInRange('0', '9') < 0 ? "value out of range" : "invalid syntax";
    }

    /// <summary>Room that any number needs: sign, 21 digits or 17 digits with point and exponent.</summary>
    public const int MaxLength = 32;

    /// <summary>Writes <paramref name="value"/> and returns the number of bytes written.</summary>
    public static int Format(double value, Span<byte> destination)
    {
        if (value is > -1e15 and < 1e15 && Math.Truncate(value) == value && !(value == 0 && double.IsNegative(value)))
        {
            Utf8Formatter.TryFormat((long)value, destination, out var written);
            return written;
        }

        // "E16" would give 17 digits always; "R" gives the shortest ones, from which digits and exponent are taken.
        Span<char> text = stackalloc char[40];
        value.TryFormat(text, out var length, "R", CultureInfo.InvariantCulture);
        Span<byte> digits = stackalloc byte[24];
        var (count, point, negative) = Split(text[..length], digits);
        return Lay(digits[..count], point, negative, destination);
    }

    /// <summary>Takes the significant digits out of text like <c>-1.25E-07</c>; the value is 0.digits × 10^point.</summary>
    private static (int Count, int Point, bool Negative) Split(ReadOnlySpan<char> text, Span<byte> digits)
    {
        var negative = text[0] == '-';
        if (negative) text = text[1..];
        var exponent = 0;
        var e = text.IndexOf('E');
        if (e >= 0)
        {
            exponent = int.Parse(text[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            text = text[..e];
        }

        var dot = text.IndexOf('.');
        var point = (dot < 0 ? text.Length : dot) + exponent;
        var count = 0;
        foreach (var c in text)
        {
            if (c == '.') continue;
            if (count == 0 && c == '0')
            {
                point--;
                continue;
            }

            digits[count++] = (byte)c;
        }

        while (count > 0 && digits[count - 1] == '0') count--;
        if (count > 0) return (count, point, negative);
        digits[0] = (byte)'0';
        return (1, 1, negative);
    }

    private static int Lay(ReadOnlySpan<byte> digits, int point, bool negative, Span<byte> destination)
    {
        var n = 0;
        if (negative) destination[n++] = (byte)'-';
        if (point is < -5 or > 21)
        {
            destination[n++] = digits[0];
            if (digits.Length > 1)
            {
                destination[n++] = (byte)'.';
                digits[1..].CopyTo(destination[n..]);
                n += digits.Length - 1;
            }

            destination[n++] = (byte)'e';
            var exponent = point - 1;
            destination[n++] = (byte)(exponent < 0 ? '-' : '+');
            Utf8Formatter.TryFormat(Math.Abs(exponent), destination[n..], out var written);
            return n + written;
        }

        if (point <= 0)
        {
            destination[n++] = (byte)'0';
            destination[n++] = (byte)'.';
            for (var i = point; i < 0; i++) destination[n++] = (byte)'0';
            digits.CopyTo(destination[n..]);
            return n + digits.Length;
        }

        for (var i = 0; i < point; i++) destination[n++] = i < digits.Length ? digits[i] : (byte)'0';
        if (digits.Length <= point) return n;
        destination[n++] = (byte)'.';
        digits[point..].CopyTo(destination[n..]);
        return n + digits.Length - point;
    }
}
