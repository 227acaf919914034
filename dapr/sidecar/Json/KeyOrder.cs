using System.Text.Json;

namespace StocksDapr.Sidecar.Json;

/// <summary>Follows a reader and tells whether the keys of every object are in ascending order without repetition; counts the bytes that compact JSON needs.</summary>
internal ref struct KeyOrder
{
    // Start and length of the last key at each depth; -1 = no key yet.
    private readonly Stack<(int Start, int Length)> _lastKeys;
    private JsonTokenType _before;

    public KeyOrder()
    {
        _lastKeys = new Stack<(int, int)>();
        _before = JsonTokenType.None;
    }

    /// <summary>Bytes of all tokens so far, with their commas and colons.</summary>
    public long TokenBytes { get; private set; }

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
                return last.Start < 0 || json.Slice(last.Start, last.Length).SequenceCompareTo(reader.ValueSpan) < 0;
            default:
                return true;
        }
    }

    private readonly bool NeedsComma(JsonTokenType token) =>
        token is not (JsonTokenType.EndObject or JsonTokenType.EndArray)
        && _before is not (JsonTokenType.None or JsonTokenType.StartObject or JsonTokenType.StartArray or JsonTokenType.PropertyName);
}
