using System.Globalization;
using System.Text;

namespace StocksDapr.Sidecar.Cel;

/// <summary>Kinds of token.</summary>
internal enum CelTokenKind
{
    End,
    Identifier,
    Literal,
    Symbol,
}

/// <summary>A token: its text, and its value where it is a literal.</summary>
internal readonly record struct CelToken(CelTokenKind Kind, string Text, object? Value, int Position);

/// <summary>Cuts an expression into tokens.</summary>
internal sealed class CelLexer(string source)
{
    private static readonly string[] Symbols = ["==", "!=", "<=", ">=", "&&", "||", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":", ".", ",", "(", ")", "[", "]", "{", "}"];

    private int _at;

    public List<CelToken> ReadAll()
    {
        var tokens = new List<CelToken>();
        while (true)
        {
            SkipBlanks();
            if (_at >= source.Length) break;
            tokens.Add(ReadOne());
        }

        tokens.Add(new CelToken(CelTokenKind.End, "end of expression", null, source.Length));
        return tokens;
    }

    private CelToken ReadOne()
    {
        var start = _at;
        var first = source[_at];
        if (char.IsAsciiDigit(first) || (first == '.' && _at + 1 < source.Length && char.IsAsciiDigit(source[_at + 1]))) return Number(start);
        if (first is '"' or '\'' || IsPrefixedText()) return Text(start);
        if (char.IsAsciiLetter(first) || first == '_') return Word(start);
        foreach (var symbol in Symbols)
        {
            if (string.CompareOrdinal(source, _at, symbol, 0, symbol.Length) != 0) continue;
            _at += symbol.Length;
            return new CelToken(CelTokenKind.Symbol, symbol, null, start);
        }

        throw new CelException($"'{first}' at {start} is not part of an expression: {source}");
    }

    private CelToken Word(int start)
    {
        while (_at < source.Length && (char.IsAsciiLetterOrDigit(source[_at]) || source[_at] == '_')) _at++;
        var word = source[start.._at];
        return word switch
        {
            "true" => new CelToken(CelTokenKind.Literal, word, true, start),
            "false" => new CelToken(CelTokenKind.Literal, word, false, start),
            "null" => new CelToken(CelTokenKind.Literal, word, null, start),
            _ => new CelToken(CelTokenKind.Identifier, word, null, start),
        };
    }

    private CelToken Number(int start)
    {
        if (source[_at] == '0' && _at + 1 < source.Length && source[_at + 1] is 'x' or 'X')
        {
            _at += 2;
            while (_at < source.Length && char.IsAsciiHexDigit(source[_at])) _at++;
            return Literal(start, long.TryParse(source.AsSpan(start + 2, _at - start - 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var hex) ? hex : null);
        }

        while (_at < source.Length && IsPartOfNumber()) _at++;
        var text = source[start.._at];
        if (text.AsSpan().IndexOfAny(".eE") >= 0)
            return Literal(start, double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) ? real : null);
        object? whole = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
        if (_at < source.Length && source[_at] is 'u' or 'U') _at++;
        return Literal(start, whole);
    }

    private bool IsPartOfNumber()
    {
        var current = source[_at];
        return char.IsAsciiDigit(current) || current is 'e' or 'E'
            || (current == '.' && _at + 1 < source.Length && char.IsAsciiDigit(source[_at + 1]))
            || (current is '+' or '-' && source[_at - 1] is 'e' or 'E');
    }

    private CelToken Literal(int start, object? value) => value is null
        ? throw new CelException($"'{source[start.._at]}' at {start} is not a number: {source}")
        : new CelToken(CelTokenKind.Literal, source[start.._at], value, start);

    private bool IsPrefixedText() => source[_at] is 'r' or 'R' && _at + 1 < source.Length && source[_at + 1] is '"' or '\'';

    private CelToken Text(int start)
    {
        var isRaw = source[_at] is 'r' or 'R';
        if (isRaw) _at++;
        var quote = source[_at];
        var isTriple = string.CompareOrdinal(source, _at, new string(quote, 3), 0, 3) == 0;
        var end = new string(quote, isTriple ? 3 : 1);
        _at += end.Length;
        var text = new StringBuilder();
        while (_at < source.Length && string.CompareOrdinal(source, _at, end, 0, end.Length) != 0)
        {
            if (source[_at] is '\r' or '\n' && !isTriple) throw new CelException($"the text at {start} does not end: {source}");
            if (source[_at] == '\\' && !isRaw) Escape(text);
            else text.Append(source[_at++]);
        }

        if (_at >= source.Length) throw new CelException($"the text at {start} does not end: {source}");
        _at += end.Length;
        return new CelToken(CelTokenKind.Literal, source[start.._at], text.ToString(), start);
    }

    private void Escape(StringBuilder text)
    {
        var kind = _at + 1 < source.Length ? source[_at + 1] : ' ';
        _at += 2;
        switch (kind)
        {
            case '\\' or '"' or '\'' or '`' or '?': text.Append(kind); break;
            case 'n': text.Append('\n'); break;
            case 'r': text.Append('\r'); break;
            case 't': text.Append('\t'); break;
            case 'a': text.Append('\a'); break;
            case 'b': text.Append('\b'); break;
            case 'f': text.Append('\f'); break;
            case 'v': text.Append('\v'); break;
            case 'x' or 'X': Code(text, 2); break;
            case 'u': Code(text, 4); break;
            case 'U': Code(text, 8); break;
            default: throw new CelException($"'\\{kind}' is not an escape: {source}");
        }
    }

    private void Code(StringBuilder text, int digits)
    {
        if (_at + digits > source.Length
            || !int.TryParse(source.AsSpan(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            || !Rune.IsValid(code))
        {
            throw new CelException($"the escape at {_at - 2} is not complete: {source}");
        }

        text.Append(new Rune(code).ToString());
        _at += digits;
    }

    private void SkipBlanks()
    {
        while (_at < source.Length)
        {
            if (char.IsWhiteSpace(source[_at])) _at++;
            else if (string.CompareOrdinal(source, _at, "//", 0, 2) == 0) _at = source.IndexOf('\n', _at) is var end && end < 0 ? source.Length : end;
            else return;
        }
    }
}
