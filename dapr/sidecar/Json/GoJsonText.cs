using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace StocksDapr.Sidecar.Json;

/// <summary>Escaping and unescaping of single characters, as Go's encoder and decoder do it.</summary>
internal static class GoJsonText
{
    private const int SurrogateLow = 0xDC00;
    private const int SurrogateEnd = 0xE000;
    private const int SurrogateHigh = 0xD800;

    /// <summary>Writes the first character of <paramref name="utf8"/>, escaped if it has to be; returns how many bytes it took.</summary>
    public static int WriteOne(ReadOnlySpan<byte> utf8, PooledBuffer output)
    {
        var first = utf8[0];
        if (first < 0x80)
        {
            WriteAscii(first, output);
            return 1;
        }

        if (Rune.DecodeFromUtf8(utf8, out var rune, out var taken) != OperationStatus.Done)
        {
            // Go replaces each broken byte by itself.
            output.Write("\\ufffd"u8);
            return 1;
        }

        if (rune.Value is 0x2028 or 0x2029) output.Write(rune.Value == 0x2028 ? "\\u2028"u8 : "\\u2029"u8);
        else output.Write(utf8[..taken]);
        return taken;
    }

    /// <summary>Unescapes the text of a valid JSON string token.</summary>
    public static void Unescape(ReadOnlySpan<byte> escaped, PooledBuffer output)
    {
        while (true)
        {
            var backslash = escaped.IndexOf((byte)'\\');
            if (backslash < 0)
            {
                output.Write(escaped);
                return;
            }

            output.Write(escaped[..backslash]);
            escaped = escaped[(backslash + 1)..];
            if (escaped[0] == 'u')
            {
                escaped = escaped[UnescapeUnicode(escaped, output)..];
                continue;
            }

            ReadOnlySpan<byte> one = [escaped[0] switch
            {
                (byte)'b' => 8, (byte)'f' => 12, (byte)'n' => 10, (byte)'r' => 13, (byte)'t' => 9, var other => other,
            }];
            output.Write(one);
            escaped = escaped[1..];
        }
    }

    // Starts behind the backslash; returns how many bytes the escape took (with a second half of a surrogate pair).
    private static int UnescapeUnicode(ReadOnlySpan<byte> text, PooledBuffer output)
    {
        var unit = Hex(text[1..5]);
        var taken = 5;
        if (unit is >= SurrogateHigh and < SurrogateEnd)
        {
            var next = text.Length >= 11 && text[5] == '\\' && text[6] == 'u' ? Hex(text[7..11]) : 0;
            if (unit < SurrogateLow && next is >= SurrogateLow and < SurrogateEnd)
            {
                unit = 0x10000 + ((unit - SurrogateHigh) << 10) + (next - SurrogateLow);
                taken = 11;
            }
            else
            {
                unit = 0xFFFD;
            }
        }

        Span<byte> utf8 = stackalloc byte[4];
        output.Write(utf8[..new Rune(unit).EncodeToUtf8(utf8)]);
        return taken;
    }

    private static int Hex(ReadOnlySpan<byte> digits) => Utf8Parser.TryParse(digits, out int value, out _, 'x') ? value : 0xFFFD;

    private static void WriteAscii(byte character, PooledBuffer output)
    {
        ReadOnlySpan<byte> text = character switch
        {
            (byte)'"' => "\\\""u8,
            (byte)'\\' => "\\\\"u8,
            (byte)'\b' => "\\b"u8,
            (byte)'\f' => "\\f"u8,
            (byte)'\n' => "\\n"u8,
            (byte)'\r' => "\\r"u8,
            (byte)'\t' => "\\t"u8,
            (byte)'<' => "\\u003c"u8,
            (byte)'>' => "\\u003e"u8,
            (byte)'&' => "\\u0026"u8,
            _ => default,
        };
        if (!text.IsEmpty)
        {
            output.Write(text);
            return;
        }

        output.Write("\\u00"u8);
        output.Write([HexDigit(character >> 4), HexDigit(character & 15)]);
    }

    private static byte HexDigit(int value) => (byte)(value < 10 ? '0' + value : 'a' + value - 10);
}
