using System.Text;

namespace StocksDapr.Sidecar.Json;

/// <summary>What Go's decoder says about broken JSON. Error texts reach clients, and SDK users search for them, so they are the same here.</summary>
internal ref struct GoJsonError
{
    /// <summary>The answer for JSON that is fine.</summary>
    public const string NothingWrong = "invalid JSON";

    private readonly ReadOnlySpan<byte> _json;
    private int _at;

    private GoJsonError(ReadOnlySpan<byte> json) => _json = json;

    /// <summary>The decoder's error for the first value; "EOF" when there is nothing at all.</summary>
    public static string Describe(ReadOnlySpan<byte> json)
    {
        var scanner = new GoJsonError(json);
        scanner.SkipBlanks();
        if (scanner.AtEnd) return "EOF";
        return scanner.Value(0) ?? NothingWrong;
    }

    private readonly bool AtEnd => _at >= _json.Length;

    private string? Value(int depth)
    {
        SkipBlanks();
        if (AtEnd) return Truncated;
        if (depth > 10_000) return "exceeded max depth";
        return _json[_at] switch
        {
            (byte)'{' => Object(depth),
            (byte)'[' => Array(depth),
            (byte)'"' => Text(),
            (byte)'t' => Literal("true"),
            (byte)'f' => Literal("false"),
            (byte)'n' => Literal("null"),
            (byte)'-' or (>= (byte)'0' and <= (byte)'9') => Number(),
            _ => Unexpected("looking for beginning of value"),
        };
    }

    private const string Truncated = "unexpected EOF";

    private string? Object(int depth)
    {
        _at++;
        for (var first = true; ; first = false)
        {
            SkipBlanks();
            if (AtEnd) return Truncated;
            if (first && _json[_at] == '}') break;
            if (_json[_at] != '"') return Unexpected("looking for beginning of object key string");
            if (Text() is { } broken) return broken;
            SkipBlanks();
            if (AtEnd) return Truncated;
            if (_json[_at] != ':') return Unexpected("after object key");
            _at++;
            if (Value(depth + 1) is { } value) return value;
            SkipBlanks();
            if (AtEnd) return Truncated;
            if (_json[_at] == '}') break;
            if (_json[_at] != ',') return Unexpected("after object key:value pair");
            _at++;
        }

        _at++;
        return null;
    }

    private string? Array(int depth)
    {
        _at++;
        for (var first = true; ; first = false)
        {
            SkipBlanks();
            if (AtEnd) return Truncated;
            if (first && _json[_at] == ']') break;
            if (Value(depth + 1) is { } value) return value;
            SkipBlanks();
            if (AtEnd) return Truncated;
            if (_json[_at] == ']') break;
            if (_json[_at] != ',') return Unexpected("after array element");
            _at++;
        }

        _at++;
        return null;
    }

    private string? Text()
    {
        for (_at++; !AtEnd; _at++)
        {
            var character = _json[_at];
            if (character == '"')
            {
                _at++;
                return null;
            }

            if (character < 0x20) return Unexpected("in string literal");
            if (character == '\\' && Escape() is { } broken) return broken;
        }

        return Truncated;
    }

    private string? Escape()
    {
        _at++;
        if (AtEnd) return Truncated;
        if (_json[_at] != 'u') return "bfnrt\\/\"".Contains((char)_json[_at], StringComparison.Ordinal) ? null : Unexpected("in string escape code");
        for (var i = 0; i < 4; i++)
        {
            _at++;
            if (AtEnd) return Truncated;
            if (!char.IsAsciiHexDigit((char)_json[_at])) return Unexpected("in \\u hexadecimal character escape");
        }

        return null;
    }

    private string? Literal(string word)
    {
        for (var i = 1; i < word.Length; i++)
        {
            _at++;
            if (AtEnd) return Truncated;
            if (_json[_at] != word[i]) return Unexpected($"in literal {word} (expecting '{word[i]}')");
        }

        _at++;
        return null;
    }

    private string? Number()
    {
        if (_json[_at] == '-' && !Digit("in numeric literal", out var problem)) return problem;
        if (_json[_at] == '0') _at++;
        else SkipDigits();
        if (!AtEnd && _json[_at] == '.')
        {
            if (!Digit("after decimal point in numeric literal", out problem)) return problem;
            SkipDigits();
        }

        if (AtEnd || (_json[_at] | 0x20) != 'e') return null;
        if (_at + 1 < _json.Length && _json[_at + 1] is (byte)'+' or (byte)'-') _at++;
        if (!Digit("in exponent of numeric literal", out problem)) return problem;
        SkipDigits();
        return null;
    }

    private bool Digit(string where, out string? problem)
    {
        _at++;
        problem = AtEnd ? Truncated : char.IsAsciiDigit((char)_json[_at]) ? null : Unexpected(where);
        return problem is null;
    }

    private void SkipDigits()
    {
        while (!AtEnd && char.IsAsciiDigit((char)_json[_at])) _at++;
    }

    private void SkipBlanks()
    {
        while (!AtEnd && _json[_at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') _at++;
    }

    private readonly string Unexpected(string where)
    {
        var character = _json[_at];
        var shown = character switch
        {
            (byte)'\'' => "\\'",
            < 0x20 or 0x7f => $"\\x{character:x2}",
            < 0x80 => ((char)character).ToString(),
            _ => Encoding.Latin1.GetString(_json.Slice(_at, 1)),
        };
        shown = character switch { (byte)'\n' => "\\n", (byte)'\r' => "\\r", (byte)'\t' => "\\t", (byte)'\\' => "\\\\", _ => shown };
        return $"invalid character '{shown}' {where}";
    }
}
