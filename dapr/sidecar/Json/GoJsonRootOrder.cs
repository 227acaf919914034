using System.Text.Json;

namespace StocksDapr.Sidecar.Json;

/// <summary>Puts the members of an object in order whose values are in Go's form already: each of them is copied in one piece.</summary>
internal static class GoJsonRootOrder
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 10_000 };

    public static void Write(ReadOnlySpan<byte> value, PooledBuffer output)
    {
        var members = Read(value);
        for (var i = 1; i < members.Count; i++)
        {
            // Few and nearly in order: insertion keeps equal keys in the order in which they came.
            for (var j = i; j > 0 && Compare(value, members[j - 1], members[j]) > 0; j--) (members[j - 1], members[j]) = (members[j], members[j - 1]);
        }

        output.Write("{"u8);
        var isFirst = true;
        for (var i = 0; i < members.Count; i++)
        {
            // Of equal keys the last one counts.
            if (i + 1 < members.Count && Compare(value, members[i], members[i + 1]) == 0) continue;
            if (!isFirst) output.Write(","u8);
            isFirst = false;
            output.Write(value[members[i].Start..members[i].End]);
        }

        output.Write("}"u8);
    }

    private static List<Member> Read(ReadOnlySpan<byte> value)
    {
        var members = new List<Member>();
        var reader = new Utf8JsonReader(value, Options);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var start = (int)reader.TokenStartIndex;
            var keyEnd = start + 1 + reader.ValueSpan.Length;
            reader.Read();
            reader.Skip();
            members.Add(new Member(start, keyEnd, (int)reader.BytesConsumed));
        }

        return members;
    }

    private static int Compare(ReadOnlySpan<byte> value, Member left, Member right) =>
        value[(left.Start + 1)..left.KeyEnd].SequenceCompareTo(value[(right.Start + 1)..right.KeyEnd]);

    private readonly record struct Member(int Start, int KeyEnd, int End);
}
