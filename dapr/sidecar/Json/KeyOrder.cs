using System.Text.Json;

namespace StocksDapr.Sidecar.Json;

/// <summary>Follows a reader and tells whether the keys of the objects are in ascending order without repetition; counts the bytes that compact JSON needs.</summary>
internal ref struct KeyOrder
{
    // An object with more members than a class has is left to the rewriter, which sorts in proportion.
    private const int FewMembers = 64;

    // Start and length of the last key at each depth; -1 = no key yet.
    private readonly Stack<(int Start, int Length)> _lastKeys;
    private JsonTokenType _before;
    private int _rootMembers;

    public KeyOrder()
    {
        _lastKeys = new Stack<(int, int)>();
        _before = JsonTokenType.None;
    }

    /// <summary>Bytes of all tokens so far, with their commas and colons.</summary>
    public long TokenBytes { get; private set; }

    /// <summary>True when keys of the outermost object were out of order or repeated; the objects inside are judged by <see cref="Follow"/>.</summary>
    public bool RootIsOutOfOrder { get; private set; }

    public bool Follow(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        var token = reader.TokenType;
        var quotes = token is JsonTokenType.String or JsonTokenType.PropertyName ? 2 : 0;
        var colon = token == JsonTokenType.PropertyName ? 1 : 0;
        var comma = NeedsComma(token) ? 1 : 0;
        TokenBytes += reader.ValueSpan.Length + quotes + colon + comma;
        _before = token;
        switch (token)
        {
            case JsonTokenType.StartObject:
                _lastKeys.Push((-1, 0));
                return true;
            case JsonTokenType.EndObject:
                _lastKeys.Pop();
                return true;
            case JsonTokenType.PropertyName:
                var last = _lastKeys.Pop();
                _lastKeys.Push(((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length));
                if (reader.CurrentDepth == 1) _rootMembers++;
                if (RootIsOutOfOrder && _rootMembers > FewMembers) return false;
                if (last.Start < 0 || json.Slice(last.Start, last.Length).SequenceCompareTo(reader.ValueSpan) < 0) return true;
                if (reader.CurrentDepth > 1 || _rootMembers > FewMembers) return false;
                RootIsOutOfOrder = true;
                return true;
            default:
                return true;
        }
    }

    private readonly bool NeedsComma(JsonTokenType token) =>
        token is not (JsonTokenType.EndObject or JsonTokenType.EndArray)
        && _before is not (JsonTokenType.None or JsonTokenType.StartObject or JsonTokenType.StartArray or JsonTokenType.PropertyName);
}
