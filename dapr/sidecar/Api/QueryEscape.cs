using System.Buffers;
using System.Text;

namespace StocksDapr.Sidecar.Api;

/// <summary>Go's query unescaping: <c>%XX</c> and <c>+</c> for a space.</summary>
internal static class QueryEscape
{
    /// <summary>False when an escape is broken.</summary>
    public static bool TryUnescape(string text, out string unescaped) => TryUnescape(text, plusIsSpace: true, out unescaped);

    /// <summary>As a path, when <paramref name="plusIsSpace"/> is false.</summary>
    public static bool TryUnescape(string text, bool plusIsSpace, out string unescaped)
    {
        unescaped = text;
        if (text.AsSpan().IndexOfAny('%', '+') < 0) return true;
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            var source = Encoding.UTF8.GetBytes(text, bytes);
            var length = 0;
            for (var i = 0; i < source; i++)
            {
                var current = bytes[i];
                if (current == '%')
                {
                    if (i + 2 >= source || !char.IsAsciiHexDigit((char)bytes[i + 1]) || !char.IsAsciiHexDigit((char)bytes[i + 2])) return false;
                    current = (byte)((HexDigit(bytes[i + 1]) << 4) | HexDigit(bytes[i + 2]));
                    i += 2;
                }
                else if (current == '+' && plusIsSpace)
                {
                    current = (byte)' ';
                }

                bytes[length++] = current;
            }

            unescaped = Encoding.UTF8.GetString(bytes, 0, length);
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private static int HexDigit(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
