using System.Buffers;
using System.Text;
using System.Text.Json;

namespace StocksDapr.Sidecar.Json;

/// <summary>
/// JSON as Go's encoder writes it, which is what every real Dapr sidecar puts on the wire: no blanks, object keys sorted by their bytes, the last of
/// equal keys wins, <c>&lt; &gt; &amp;</c> and U+2028/2029 escaped, broken UTF-8 replaced. Numbers keep their text.
/// </summary>
internal static class GoJson
{
    /// <summary>Go's limit on nesting.</summary>
    private const int MaxDepth = 10_000;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = MaxDepth, AllowMultipleValues = true };

    // What cannot be copied as it is: quote, backslash, controls, the three HTML characters, 0xE2 (start of U+2028/2029), and what may be broken UTF-8.
    private static readonly SearchValues<byte> NotPlain = SearchValues.Create(
        [.. Enumerable.Range(0, 32).Select(i => (byte)i), (byte)'"', (byte)'\\', (byte)'<', (byte)'>', (byte)'&', .. Enumerable.Range(128, 128).Select(i => (byte)i)]);

    // What makes a JSON string's text differ from Go's: escapes (they may have another form), HTML characters, U+2028/2029 and anything that may be broken.
    private static readonly SearchValues<byte> NotSettled = SearchValues.Create(
        [(byte)'\\', (byte)'<', (byte)'>', (byte)'&', .. Enumerable.Range(128, 128).Select(i => (byte)i)]);

    /// <summary>
    /// Appends the first JSON value of <paramref name="json"/> in Go's form. False, and nothing written, when it is not JSON.
    /// A value that is in this form already is copied in one piece.
    /// </summary>
    public static bool TryWriteFirstValue(ReadOnlySpan<byte> json, PooledBuffer output)
    {
        if (!TryMeasureFirstValue(json, out var start, out var length, out var form)) return false;
        var value = json.Slice(start, length);
        if (form == Form.Settled) output.Write(value);
        else if (form == Form.RootOutOfOrder) GoJsonRootOrder.Write(value, output);
        else Rewrite(value, output);
        return true;
    }

    /// <summary>How far a value is from Go's form.</summary>
    private enum Form
    {
        /// <summary>It is in that form.</summary>
        Settled,

        /// <summary>Only the members of the outermost object are in another order, as those of serialised classes usually are.</summary>
        RootOutOfOrder,

        /// <summary>Anything else.</summary>
        Other,
    }

    /// <summary>Appends a value that is known to be one JSON value.</summary>
    public static void WriteValue(ReadOnlySpan<byte> value, PooledBuffer output)
    {
        if (!TryWriteFirstValue(value, output)) throw new JsonException("not a JSON value");
    }

    /// <summary>Where the first value is. False when there is none or it is broken.</summary>
    public static bool TryMeasureFirstValue(ReadOnlySpan<byte> json, out int start, out int length)
        => TryMeasureFirstValue(json, out start, out length, out _);

    /// <summary>Appends a string with its quotes; broken UTF-8 becomes U+FFFD.</summary>
    public static void WriteString(ReadOnlySpan<byte> utf8, PooledBuffer output)
    {
        output.Write("\""u8);
        WriteEscaped(utf8, output);
        output.Write("\""u8);
    }

    /// <summary>Appends a string with its quotes.</summary>
    public static void WriteString(string text, PooledBuffer output)
    {
        var max = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (max <= 512)
        {
            Span<byte> small = stackalloc byte[max];
            WriteString(small[..Encoding.UTF8.GetBytes(text, small)], output);
            return;
        }

        var rented = ArrayPool<byte>.Shared.Rent(max);
        WriteString(rented.AsSpan(0, Encoding.UTF8.GetBytes(text, rented)), output);
        ArrayPool<byte>.Shared.Return(rented);
    }

    /// <summary>The text of a JSON string token (between the quotes), unescaped; half surrogates become U+FFFD, as in Go.</summary>
    public static byte[] Unescape(ReadOnlySpan<byte> escaped)
    {
        if (escaped.IndexOf((byte)'\\') < 0) return escaped.ToArray();
        using var output = new PooledBuffer(escaped.Length);
        GoJsonText.Unescape(escaped, output);
        return output.ToArray();
    }

    private static bool TryMeasureFirstValue(ReadOnlySpan<byte> json, out int start, out int length, out Form form)
    {
        start = length = 0;
        form = Form.Other;
        var settled = true;
        var reader = new Utf8JsonReader(json, isFinalBlock: true, new JsonReaderState(Options));
        var shape = new KeyOrder();
        try
        {
            if (!reader.Read()) return false;
            start = (int)reader.TokenStartIndex;
            do
            {
                settled = settled && shape.Follow(ref reader, json) && IsSettledText(ref reader);
            }
            while ((reader.CurrentDepth > 0 || reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray) && reader.Read());
        }
        catch (JsonException)
        {
            return false;
        }

        // A number at the very end of the input has no delimiter behind it: the reader's position is right there, too.
        length = (int)reader.BytesConsumed - start;
        if (settled && shape.TokenBytes == length) form = shape.RootIsOutOfOrder ? Form.RootOutOfOrder : Form.Settled;
        return true;
    }

    private static bool IsSettledText(ref Utf8JsonReader reader) =>
        reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName) || reader.ValueSpan.IndexOfAny(NotSettled) < 0;

    private static void Rewrite(ReadOnlySpan<byte> value, PooledBuffer output)
    {
        var reader = new Utf8JsonReader(value, isFinalBlock: true, new JsonReaderState(Options));
        reader.Read();
        new GoJsonRewriter(output).Rewrite(ref reader);
    }

    internal static void WriteEscaped(ReadOnlySpan<byte> utf8, PooledBuffer output)
    {
        while (!utf8.IsEmpty)
        {
            var plain = utf8.IndexOfAny(NotPlain);
            if (plain < 0)
            {
                output.Write(utf8);
                return;
            }

            output.Write(utf8[..plain]);
            utf8 = utf8[plain..];
            utf8 = utf8[GoJsonText.WriteOne(utf8, output)..];
        }
    }
}
