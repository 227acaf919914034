using System.Runtime.InteropServices;
using System.Text.Json;

namespace StocksDapr.Sidecar.Json;

/// <summary>
/// Writes a value in Go's form in one pass. Members are written as they come; only an object whose keys are not in order has its finished members
/// moved, as whole byte ranges, so that large arrays inside are not looked at twice.
/// </summary>
internal sealed class GoJsonRewriter(PooledBuffer output)
{
    // The members of all open objects, innermost last, and where each object's members begin in it.
    private readonly List<Member> _members = [];
    private readonly Stack<int> _objects = new();

    /// <summary>Rewrites the value on whose first token the reader stands.</summary>
    public void Rewrite(ref Utf8JsonReader reader)
    {
        var before = JsonTokenType.None;
        do
        {
            var token = reader.TokenType;
            if (token is JsonTokenType.EndObject) FinishObject();
            else if (token is JsonTokenType.EndArray) output.Write("]"u8);
            else if (token is JsonTokenType.PropertyName) WriteKey(ref reader);
            else WriteValue(ref reader, token, isFirst: before is JsonTokenType.None or JsonTokenType.StartArray or JsonTokenType.PropertyName);
            before = token;
        }
        while ((reader.CurrentDepth > 0 || before is JsonTokenType.StartObject or JsonTokenType.StartArray) && reader.Read());
    }

    private void WriteKey(ref Utf8JsonReader reader)
    {
        if (_members.Count > _objects.Peek())
        {
            EndMember();
            output.Write(","u8);
        }

        var start = output.Length;
        WriteText(ref reader);
        _members.Add(new Member(start, output.Length, 0));
        output.Write(":"u8);
    }

    private void WriteValue(ref Utf8JsonReader reader, JsonTokenType token, bool isFirst)
    {
        if (!isFirst) output.Write(","u8);
        switch (token)
        {
            case JsonTokenType.StartObject:
                _objects.Push(_members.Count);
                output.Write("{"u8);
                break;
            case JsonTokenType.StartArray:
                output.Write("["u8);
                break;
            case JsonTokenType.String:
                WriteText(ref reader);
                break;
            default:
                output.Write(reader.ValueSpan);
                break;
        }
    }

    private void WriteText(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            GoJson.WriteString(reader.ValueSpan, output);
            return;
        }

        using var text = new PooledBuffer(reader.ValueSpan.Length);
        GoJsonText.Unescape(reader.ValueSpan, text);
        GoJson.WriteString(text.Written, output);
    }

    private void EndMember() => _members[^1] = _members[^1] with { End = output.Length };

    private void FinishObject()
    {
        var first = _objects.Pop();
        if (_members.Count > first)
        {
            EndMember();
            var members = CollectionsMarshal.AsSpan(_members)[first..];
            if (!IsOrdered(members)) Reorder(members);
            _members.RemoveRange(first, _members.Count - first);
        }

        output.Write("}"u8);
    }

    private bool IsOrdered(ReadOnlySpan<Member> members)
    {
        for (var i = 1; i < members.Length; i++)
        {
            if (Compare(members[i - 1], members[i]) >= 0) return false;
        }

        return true;
    }

    private void Reorder(Span<Member> members)
    {
        var start = members[0].Start;
        members.Sort((left, right) => Compare(left, right) is var order && order != 0 ? order : left.Start.CompareTo(right.Start));
        using var ordered = new PooledBuffer(output.Length - start);
        for (var i = 0; i < members.Length; i++)
        {
            var member = members[i];

            // Of equal keys the last one counts.
            if (i + 1 < members.Length && Compare(member, members[i + 1]) == 0) continue;
            if (ordered.Length > 0) ordered.Write(","u8);
            ordered.Write(output.Written[member.Start..member.End]);
        }

        output.Truncate(start);
        output.Write(ordered.Written);
    }

    // Keys are compared as they are written, without quotes; Go compares them unescaped, which differs for keys with escapes only.
    private int Compare(Member left, Member right)
    {
        var written = output.Written;
        return written[(left.Start + 1)..(left.KeyEnd - 1)].SequenceCompareTo(written[(right.Start + 1)..(right.KeyEnd - 1)]);
    }

    private readonly record struct Member(int Start, int KeyEnd, int End);
}
