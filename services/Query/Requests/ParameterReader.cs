using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;
using StocksDapr.Market;

namespace StocksDapr.Query.Requests;

/// <summary>
/// Reads and checks the query parameters of one request. Nothing is overlooked: a parameter that the endpoint does not have, or that
/// comes twice, is an error too. Keeps the first thing that is wrong in <see cref="Problem"/>; what is read after that is of no use.
/// </summary>
internal sealed class ParameterReader
{
    private readonly string[] _names;
    private readonly string?[] _values;

    /// <param name="query">The raw query string.</param>
    /// <param name="names">Every parameter that the endpoint has.</param>
    public ParameterReader(QueryString query, string[] names)
    {
        _names = names;
        _values = new string?[names.Length];
        foreach (var pair in new QueryStringEnumerable(query.Value))
            Take(pair.DecodeName().Span, pair.DecodeValue());
    }

    public InvalidRequest? Problem { get; private set; }

    /// <summary>The parameter as it was given; null if it was not.</summary>
    public string? Text(string name) => _values[Array.IndexOf(_names, name)];

    public int Limit(int byDefault, int max)
    {
        if (Text("limit") is not { } text)
            return byDefault;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit >= 1 && limit <= max)
            return limit;

        Fail("bad_limit", $"limit must be a whole number from 1 to {max}; '{Shown(text)}' is not.", new { limit = $"1 to {max}", @default = byDefault });
        return byDefault;
    }

    /// <summary>The interval asked for, <paramref name="byDefault"/> if none was.</summary>
    public Interval? Interval(Interval? byDefault)
    {
        if (Text("interval") is not { } text)
            return byDefault;
        if (Market.Interval.TryParse(text, out var interval))
            return interval;

        FailInterval(text);
        return byDefault;
    }

    /// <summary>Intervals with a comma between two of them, each once; null if the parameter was not given.</summary>
    public Market.Interval[]? Intervals(string name)
    {
        if (Text(name) is not { } text)
            return null;

        var intervals = new List<Market.Interval>();
        foreach (var code in text.Split(','))
        {
            if (Market.Interval.TryParse(code, out var interval))
                intervals.Add(interval);
            else
                FailInterval(code);
        }

        return [.. intervals.Distinct()];
    }

    /// <summary>One of a few words; null if the parameter was not given.</summary>
    public string? Choice(string name, params string[] choices)
    {
        if (Text(name) is not { } text || choices.Contains(text, StringComparer.Ordinal))
            return Text(name);

        Fail($"bad_{name}", $"{name} must be one of {string.Join(", ", choices)}; '{Shown(text)}' is not.", new Dictionary<string, string[]> { [name] = choices });
        return null;
    }

    /// <summary>A single symbol; null if the parameter was not given.</summary>
    public string? Symbol(string name)
    {
        if (Text(name) is not { } text)
            return null;
        if (Market.Symbol.TryNormalize(text, out var symbol))
            return symbol;

        Fail("bad_symbol", $"'{Shown(text)}' is no symbol. {SymbolList.Syntax}", new Dictionary<string, string> { [name] = "AAPL" });
        return null;
    }

    /// <summary>The list in <c>symbols</c>; null if the parameter was not given.</summary>
    public SymbolList? Symbols(int max)
    {
        if (Text("symbols") is not { } text)
            return null;
        var symbols = SymbolList.Parse(text, max, out var problem);
        Problem ??= problem;
        return symbols;
    }

    /// <summary>The lower end of a range, seconds since 1970 UTC, inclusive.</summary>
    public long From(bool intraday) => Bound("from", intraday, TimeBound.TryParseFrom) ?? long.MinValue;

    /// <summary>The upper end of a range, seconds since 1970 UTC, inclusive. Call it after <see cref="From"/>, with what that gave.</summary>
    public long To(bool intraday, long from)
    {
        var to = Bound("to", intraday, TimeBound.TryParseTo) ?? long.MaxValue;
        if (from > to)
            Fail("bad_range", $"from '{Text("from")}' lies after to '{Text("to")}'; swap them.", new { from = "2013-02-08", to = "2018-02-07" });
        return to;
    }

    public DateTimeOffset? AsOf()
    {
        if (Text("asOf") is not { } text)
            return null;
        if (TimeBound.TryParseInstant(text, out var instant))
            return instant;

        Fail("bad_as_of", $"asOf must be an instant with its offset; '{Shown(text)}' is not.", new { asOf = "2026-11-20T21:00:00Z" });
        return null;
    }

    /// <summary>A number that an earlier answer put into its cursor, under the name of the list it came from.</summary>
    public long? NumberCursor(string list) => Cursor(list, static text =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : (long?)null);

    /// <summary>What an earlier answer put into its cursor.</summary>
    public T? Cursor<T>(string list, Func<string, T?> read)
    {
        if (Text("cursor") is not { } text)
            return default;
        if (ListCursor.TryRead(list, text, out var content) && read(content) is { } value)
            return value;

        FailCursor();
        return default;
    }

    public void FailCursor() => Fail(
        "bad_cursor",
        "The cursor is damaged or belongs to another question. Take 'next' of the last answer as it is, with the same other parameters, or leave cursor out to begin again.");

    public void Fail(string code, string detail, object? valid = null) => Problem ??= new InvalidRequest(code, detail, valid);

    /// <summary>What a caller sent, short enough to be said back to him.</summary>
    internal static string Shown(ReadOnlySpan<char> text) => text.Length <= 40 ? text.ToString() : $"{text[..40]}…";

    private void FailInterval(string text) => Fail(
        "bad_interval",
        $"interval '{Shown(text)}' is not known; it must be one of {string.Join(", ", Market.Interval.All.Select(known => known.Code))}.",
        new { interval = Market.Interval.All.Select(known => known.Code).ToArray() });

    private delegate bool TryParseBound(string text, bool intraday, out long seconds);

    private long? Bound(string name, bool intraday, TryParseBound parse)
    {
        if (Text(name) is not { } text)
            return null;
        if (parse(text, intraday, out var seconds))
            return seconds;

        Fail(
            $"bad_{name}",
            $"{name} must be a date that exists or an instant with its offset; '{Shown(text)}' is neither.",
            new Dictionary<string, string[]> { [name] = ["2013-02-08", "2026-11-20T14:30:00Z"] });
        return null;
    }

    private void Take(ReadOnlySpan<char> name, ReadOnlyMemory<char> value)
    {
        for (var i = 0; i < _names.Length; i++)
        {
            if (!name.SequenceEqual(_names[i]))
                continue;
            if (_values[i] is not null)
                Fail("duplicate_parameter", $"{_names[i]} is given more than once; give it once.", new { parameters = _names });
            _values[i] = value.ToString();
            return;
        }

        Fail(
            "unknown_parameter",
            _names.Length == 0
                ? $"'{Shown(name)}' is not a parameter here; there are none."
                : $"'{Shown(name)}' is not a parameter here; there are {string.Join(", ", _names)}.",
            new { parameters = _names });
    }
}
