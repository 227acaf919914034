using System.Buffers.Binary;
using System.Buffers.Text;

namespace StocksDapr.Query.Bars;

/// <summary>
/// The text form of a <see cref="BarsPosition"/>: base64url of version, symbol index, start, and a check over these and the question. A cursor
/// holds no secret and opens nothing that <c>from</c> would not; the check tells a damaged cursor and one of another question.
/// </summary>
internal static class BarsCursor
{
    private const byte Version = 1;
    private const int Bytes = 1 + sizeof(ushort) + sizeof(long) + sizeof(ulong);

    /// <summary>In characters, without padding.</summary>
    public const int Length = ((Bytes * 4) + 2) / 3;

    public static string Write(BarsPosition position, ulong question)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        bytes[0] = Version;
        BinaryPrimitives.WriteUInt16BigEndian(bytes[1..], (ushort)position.Symbol);
        BinaryPrimitives.WriteInt64BigEndian(bytes[3..], position.Start);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[11..], Hashing.Add(question, bytes[..11]));
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>False for whatever <see cref="Write"/> did not make for this question.</summary>
    public static bool TryRead(ReadOnlySpan<char> text, ulong question, int symbols, out BarsPosition position)
    {
        position = BarsPosition.Beginning;
        Span<byte> bytes = stackalloc byte[Bytes];
        if (text.Length != Length || !Base64Url.TryDecodeFromChars(text, bytes, out var written) || written != Bytes || bytes[0] != Version
            || BinaryPrimitives.ReadUInt64BigEndian(bytes[11..]) != Hashing.Add(question, bytes[..11]))
            return false;

        position = new BarsPosition(BinaryPrimitives.ReadUInt16BigEndian(bytes[1..]), BinaryPrimitives.ReadInt64BigEndian(bytes[3..]));
        return position.Symbol < symbols;
    }
}
