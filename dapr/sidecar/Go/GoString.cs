using System.Buffers;
using System.Text;

namespace StocksDapr.Sidecar.Go;

/// <summary>JSON strings as Go reads and writes them: broken UTF-8 and lone surrogates become U+FFFD, <c>&lt; &gt; &amp;</c> and the line separators are escaped.</summary>
internal static class GoString
{
    private static readonly SearchValues<byte> Plain = SearchValues.Create(
        [.. Enumerable.Range(0x20, 0x5F).Select(value => (byte)value).Where(value => value is not ((byte)'"' or (byte)'\\' or (byte)'<' or (byte)'>' or (byte)'&'))]);

    private static ReadOnlySpan<byte> Replacement => "\uFFFD"u8;

    /// <summary>Removes the escapes of a JSON string's content (without its quotes).</summary>
    public static void Unescape(ReadOnlySpan<byte> escaped, ref GoBuffer output)
    {
        while (!escaped.IsEmpty)
        {
            var plain = escaped.IndexOfAnyExcept(Plain);
            if (plain < 0) plain = escaped.Length;
            output.Append(escaped[..plain]);
            escaped = escaped[plain..];
            if (escaped.IsEmpty) return;
            if (escaped[0] == (byte)'\\')
            {
                escaped = escaped[UnescapeOne(escaped, ref output)..];
                continue;
            }

            var status = Rune.DecodeFromUtf8(escaped, out _, out var consumed);
            output.Append(status == OperationStatus.Done ? escaped[..consumed] : Replacement);
            escaped = escaped[(status == OperationStatus.Done ? consumed : 1)..];
        }
    }

    /// <summary>Writes text (UTF-8, valid) as a JSON string with its quotes.</summary>
    public static void Write(ReadOnlySpan<byte> text, ref GoBuffer output)
    {
        output.Append((byte)'"');
        while (!text.IsEmpty)
        {
            var plain = text.IndexOfAnyExcept(Plain);
            if (plain < 0) plain = text.Length;
            output.Append(text[..plain]);
            text = text[plain..];
            if (text.IsEmpty) break;
            text = text[WriteOne(text, ref output)..];
        }

        output.Append((byte)'"');
    }

    private static int WriteOne(ReadOnlySpan<byte> text, ref GoBuffer output)
    {
        switch (text[0])
        {
            case (byte)'"': output.Append("\\\""u8); return 1;
            case (byte)'\\': output.Append("\\\\"u8); return 1;
            case (byte)'\b': output.Append("\\b"u8); return 1;
            case (byte)'\f': output.Append("\\f"u8); return 1;
            case (byte)'\n': output.Append("\\n"u8); return 1;
            case (byte)'\r': output.Append("\\r"u8); return 1;
            case (byte)'\t': output.Append("\\t"u8); return 1;
            case < 0x20 or (byte)'<' or (byte)'>' or (byte)'&':
                output.Append("\\u00"u8);
                output.Append((byte)"0123456789abcdef"[text[0] >> 4]);
                output.Append((byte)"0123456789abcdef"[text[0] & 15]);
                return 1;
        }

        if (Rune.DecodeFromUtf8(text, out var rune, out var consumed) != OperationStatus.Done)
        {
            output.Append(Replacement);
            return 1;
        }

        if (rune.Value is 0x2028) output.Append("\\u2028"u8);
        else if (rune.Value is 0x2029) output.Append("\\u2029"u8);
        else output.Append(text[..consumed]);
        return consumed;
    }

    private static int UnescapeOne(ReadOnlySpan<byte> escaped, ref GoBuffer output)
    {
        switch (escaped[1])
        {
            case (byte)'b': output.Append((byte)'\b'); return 2;
            case (byte)'f': output.Append((byte)'\f'); return 2;
            case (byte)'n': output.Append((byte)'\n'); return 2;
            case (byte)'r': output.Append((byte)'\r'); return 2;
            case (byte)'t': output.Append((byte)'\t'); return 2;
            case (byte)'u': break;
            default: output.Append(escaped[1]); return 2;
        }

        var unit = HexUnit(escaped);
        var used = 6;
        if (!Rune.TryCreate(unit, out var rune))
        {
            var isPair = escaped.Length >= 12 && escaped[6] == (byte)'\\' && escaped[7] == (byte)'u' && Rune.TryCreate(unit, HexUnit(escaped[6..]), out rune);
            if (isPair) used = 12;
            else rune = Rune.ReplacementChar;
        }

        Span<byte> utf8 = stackalloc byte[4];
        output.Append(utf8[..rune.EncodeToUtf8(utf8)]);
        return used;
    }

    private static char HexUnit(ReadOnlySpan<byte> escape)
    {
        var value = 0;
        foreach (var digit in escape[2..6]) value = (value << 4) | (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
        return (char)value;
    }
}
