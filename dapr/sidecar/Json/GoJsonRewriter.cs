using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using StocksDapr.Sidecar.Go;

namespace StocksDapr.Sidecar.Json;

/// <summary>
/// Writes a value in Go's form in one pass. Members are written as they come; only an object whose keys are not in order has its finished members
/// moved, as whole byte ranges, so that large arrays inside are not looked at twice. Nesting is a stack of its own and costs none of the thread's.
/// </summary>
/// <param name="output">Gets the text.</param>
/// <param name="throughDouble">True where daprd decodes numbers into doubles (state, bindings); otherwise numbers keep their text (events).</param>
internal sealed class GoJsonRewriter(PooledBuffer output, bool throughDouble = false)
{
    // The members of all open objects, innermost last, and where each object's members begin in it.
    private readonly List<Member> _members = [];
    private readonly Stack<int> _objects = new();

    /// <summary>Rewrites the value on whose first token the reader stands, and leaves the reader at its last one.</summary>
    /// <exception cref="JsonException">The text is no JSON, or a number does not fit into a double where it has to.</exception>
    public void Rewrite(ref Utf8JsonReader reader)
    {
        var depth = reader.CurrentDepth;
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
        while ((reader.CurrentDepth > depth || before is JsonTokenType.StartObject or JsonTokenType.StartArray) && reader.Read());
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
            case JsonTokenType.Number when throughDouble:
                WriteNumber(reader.ValueSpan);
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

    private void WriteNumber(ReadOnlySpan<byte> digits)
    {
        if (!Utf8Parser.TryParse(digits, out double value, out var consumed) || consumed != digits.Length || !double.IsFinite(value))
        {
            throw new JsonException($"json: cannot unmarshal number {Encoding.ASCII.GetString(digits)} into Go value of type float64");
        }

        Span<byte> text = stackalloc byte[GoNumber.MaxLength];
        output.Write(text[..GoNumber.Format(value, text)]);
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

    // Go sorts the texts themselves: only where there are escapes does that differ from what is written.
    private int Compare(Member left, Member right)
    {
        var one = Key(left);
        var other = Key(right);
        if (one.IndexOf((byte)'\\') < 0 && other.IndexOf((byte)'\\') < 0) return one.SequenceCompareTo(other);
        return GoJson.Unescape(one).AsSpan().SequenceCompareTo(GoJson.Unescape(other));
    }

    private ReadOnlySpan<byte> Key(Member member) => output.Written[(member.Start + 1)..(member.KeyEnd - 1)];

    private readonly record struct Member(int Start, int KeyEnd, int End);
}
