using System.Buffers;
using System.Globalization;
using System.Numerics;
using StocksDapr.Sidecar.Go;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace StocksDapr.Sidecar.Resources.Yaml;

/// <summary>
/// Plain scalars as daprd reads them, which is YAML 1.1: <c>yes</c>, <c>on</c> are booleans, <c>0x10</c> and <c>010</c> are numbers. daprd turns YAML
/// into JSON and that into text, so <c>1.50</c> becomes <c>1.5</c> unless it is quoted.
/// </summary>
internal static class YamlScalars
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789");
    private static readonly SearchValues<char> FloatCharacters = SearchValues.Create("0123456789.eE+-");

    /// <summary>The text of a scalar after that journey; null for YAML's null.</summary>
    public static string? Text(YamlScalarNode scalar)
    {
        var text = scalar.Value ?? "";
        if (scalar.Style is not ScalarStyle.Plain || scalar.Tag is { IsEmpty: false, IsNonSpecific: false, Value: "tag:yaml.org,2002:str" }) return text;
        return text switch
        {
            "" or "~" or "null" or "Null" or "NULL" => null,
            _ when Boolean(text) is { } flag => flag ? "true" : "false",
            _ => Number(text) ?? text,
        };
    }

    /// <summary>True when JSON would write the scalar without quotes: a number or a boolean.</summary>
    public static bool IsLiteral(YamlScalarNode scalar) =>
        scalar.Style is ScalarStyle.Plain && scalar.Value is { Length: > 0 } text && (Boolean(text) is not null || Number(text) is not null);

    public static bool? Boolean(string text) => text switch
    {
        "y" or "Y" or "yes" or "Yes" or "YES" or "true" or "True" or "TRUE" or "on" or "On" or "ON" => true,
        "n" or "N" or "no" or "No" or "NO" or "false" or "False" or "FALSE" or "off" or "Off" or "OFF" => false,
        _ => null,
    };

    private static string? Number(string text)
    {
        if (!char.IsAsciiDigit(text[0]) && text[0] is not ('+' or '-' or '.')) return null;
        var plain = text.Replace("_", "", StringComparison.Ordinal);
        if (Integer(plain) is { } integer) return integer.ToString(CultureInfo.InvariantCulture);
        if (plain.AsSpan().ContainsAnyExcept(FloatCharacters) || !plain.AsSpan().ContainsAny(Digits)) return null;
        if (!double.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value)) return null;
        Span<byte> digits = stackalloc byte[GoNumber.MaxLength];
        return System.Text.Encoding.ASCII.GetString(digits[..GoNumber.Format(value, digits)]);
    }

    private static BigInteger? Integer(string text)
    {
        var negative = text[0] == '-';
        var digits = text.TrimStart('+', '-');
        if (digits.Length == 0 || text.Length - digits.Length > 1) return null;
        var value = digits switch
        {
            ['0', 'x' or 'X', .. var hex] => Radix(hex, 16),
            ['0', 'b' or 'B', .. var binary] => Radix(binary, 2),
            ['0', 'o' or 'O', .. var octal] => Radix(octal, 8),
            ['0', _, ..] => Radix(digits[1..], 8),
            _ => Radix(digits, 10),
        };
        if (value is null || value > ulong.MaxValue || (negative && value > (BigInteger)long.MaxValue + 1)) return null;
        return negative ? -value : value;
    }

    private static BigInteger? Radix(string digits, int radix)
    {
        if (digits.Length == 0) return null;
        var value = BigInteger.Zero;
        foreach (var c in digits)
        {
            if (!char.IsAsciiHexDigit(c)) return null;
            var digit = Convert.ToInt32(c.ToString(), 16);
            if (digit >= radix) return null;
            value = (value * radix) + digit;
        }

        return value;
    }
}
