using System.Buffers.Text;
using System.Text.Json;

namespace StocksDapr.Sidecar.Go;

/// <summary>
/// Takes JSON tokens and writes them in Go's form. An object is written in the order in which it comes and put in order when it ends, so that
/// sorted input (what is mostly stored) costs one pass. Nesting is a stack of its own: depth costs memory, never the thread's stack.
/// </summary>
internal sealed class GoJsonEncoder(int sizeHint) : IDisposable
{
    private readonly List<Member> _members = [];
    private readonly Stack<Container> _open = new();
    private GoBuffer _output = new(sizeHint);
    private GoBuffer _keys = new(256);
    private bool _first = true;

    public byte[] ToArray() => _output.Written.ToArray();

    /// <summary>Writes the reader's current token.</summary>
    public void Write(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName: WriteName(ref reader); return;
            case JsonTokenType.StartObject: Open((byte)'{', isObject: true); return;
            case JsonTokenType.StartArray: Open((byte)'[', isObject: false); return;
            case JsonTokenType.EndObject: CloseObject(); return;
            case JsonTokenType.EndArray: CloseArray(); return;
        }

        BeginValue();
        if (reader.TokenType == JsonTokenType.String) WriteText(reader.ValueSpan);
        else if (reader.TokenType == JsonTokenType.Number) WriteNumber(reader.ValueSpan);
        else _output.Append(reader.ValueSpan);
        EndValue();
    }

    public void Dispose()
    {
        _output.Dispose();
        _keys.Dispose();
    }

    private void Open(byte bracket, bool isObject)
    {
        BeginValue();
        _output.Append(bracket);
        _open.Push(new Container(isObject, _members.Count, _keys.Length, _output.Length));
        _first = true;
    }

    private void WriteName(ref Utf8JsonReader reader)
    {
        if (!_first) _output.Append((byte)',');
        _first = true; // the value after a name has no comma
        var start = _output.Length;
        var key = _keys.Length;
        GoString.Unescape(reader.ValueSpan, ref _keys);
        GoString.Write(_keys.Written[key..], ref _output);
        _output.Append((byte)':');
        _members.Add(new Member(key, _keys.Length - key, start, End: 0));
    }

    private void BeginValue()
    {
        if (!_first) _output.Append((byte)',');
        _first = false;
    }

    private void EndValue()
    {
        _first = false;
        if (_open.TryPeek(out var container) && container.IsObject) _members[^1] = _members[^1] with { End = _output.Length };
    }

    private void CloseArray()
    {
        _open.Pop();
        _output.Append((byte)']');
        EndValue();
    }

    private void CloseObject()
    {
        var container = _open.Pop();
        if (!IsInOrder(container)) Reorder(container);
        _members.RemoveRange(container.FirstMember, _members.Count - container.FirstMember);
        _keys.Truncate(container.KeysStart);
        _output.Append((byte)'}');
        EndValue();
    }

    private bool IsInOrder(Container container)
    {
        for (var i = container.FirstMember + 1; i < _members.Count; i++)
        {
            if (Key(_members[i - 1]).SequenceCompareTo(Key(_members[i])) >= 0) return false;
        }

        return true;
    }

    private void Reorder(Container container)
    {
        var sorted = _members.GetRange(container.FirstMember, _members.Count - container.FirstMember);
        sorted.Sort((left, right) =>
        {
            var order = Key(left).SequenceCompareTo(Key(right));
            return order != 0 ? order : left.Start.CompareTo(right.Start);
        });
        var scratch = new GoBuffer(_output.Length - container.Start);
        try
        {
            for (var i = 0; i < sorted.Count; i++)
            {
                if (i + 1 < sorted.Count && Key(sorted[i]).SequenceEqual(Key(sorted[i + 1]))) continue;
                if (scratch.Length > 0) scratch.Append((byte)',');
                scratch.Append(_output.Written[sorted[i].Start..sorted[i].End]);
            }

            _output.Overwrite(container.Start, scratch.Written);
            _output.Truncate(container.Start + scratch.Length);
        }
        finally
        {
            scratch.Dispose();
        }
    }

    private ReadOnlySpan<byte> Key(Member member) => _keys.Written.Slice(member.Key, member.KeyLength);

    private void WriteText(ReadOnlySpan<byte> escaped)
    {
        var start = _keys.Length;
        GoString.Unescape(escaped, ref _keys);
        GoString.Write(_keys.Written[start..], ref _output);
        _keys.Truncate(start);
    }

    private void WriteNumber(ReadOnlySpan<byte> digits)
    {
        if (!Utf8Parser.TryParse(digits, out double value, out var consumed) || consumed != digits.Length || !double.IsFinite(value))
        {
            throw new JsonException($"json: cannot unmarshal number {System.Text.Encoding.ASCII.GetString(digits)} into Go value of type float64");
        }

        _output.Advance(GoNumber.Format(value, _output.Reserve(GoNumber.MaxLength)));
    }

    private readonly record struct Container(bool IsObject, int FirstMember, int KeysStart, int Start);

    private readonly record struct Member(int Key, int KeyLength, int Start, int End);
}
