using System.Globalization;
using System.Text;
using Npgsql;
using StocksDapr.Market;
using StocksDapr.Query.Requests;
using StocksDapr.Query.Storage;

namespace StocksDapr.Query.Quality;

/// <summary>
/// Which items of a list about quality are wanted. <c>from</c> and <c>to</c> are about the bar's start; the list goes over all intervals, so that a
/// date means the UTC day here.
/// </summary>
internal sealed class QualityFilter
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1_000;
    private const int MaxRuleLength = 64;
    private const int DateLength = 10;
    private const long LastSecondOfDay = 86_399;

    private readonly ParameterReader _parameters;
    private readonly string _list;
    private readonly string? _symbol;
    private readonly string? _rule;
    private readonly Interval? _interval;
    private readonly long _from;
    private readonly long _to;
    private readonly long? _before;

    /// <param name="list">The list's path; cursors belong to it.</param>
    /// <param name="names">Every parameter that the endpoint has.</param>
    public QualityFilter(HttpRequest request, string list, string[] names)
    {
        _list = list;
        _parameters = new ParameterReader(request.QueryString, names);
        _symbol = _parameters.Symbol("symbol");
        _rule = _parameters.Text("rule");
        if (_rule is not null && (_rule.Length is 0 or > MaxRuleLength || _rule.Contains('\0')))
            _parameters.Fail("bad_rule", "rule must be the id of a rule.", new { rule = "high-below-close" });
        _interval = _parameters.Interval(null);
        _from = _parameters.From(intraday: false);
        _to = _parameters.To(intraday: false, _from);
        if (_parameters.Text("to") is { Length: DateLength })
            _to += LastSecondOfDay;
        Import = names.Contains("import") ? _parameters.Text("import") : null;
        if (Import is not null && !Imports.ImportId.IsValid(Import))
            _parameters.Fail("bad_import", $"'{ParameterReader.Shown(Import)}' is no import's id; /imports lists them.");
        Limit = _parameters.Limit(DefaultLimit, MaxLimit);
        _before = _parameters.NumberCursor(list);
    }

    public InvalidRequest? Problem => _parameters.Problem;

    public string? Import { get; }

    public int Limit { get; }

    /// <summary>The statement's parameters, in its order; one row more than the limit is asked for.</summary>
    public NpgsqlParameter[] ToParameters()
    {
        NpgsqlParameter[] common =
        [
            Parameter.Text(_symbol), Parameter.Text(_rule), Parameter.Small(_interval?.Id), Parameter.Instant(ToInstant(_from)),
            Parameter.Instant(ToInstant(_to)), Parameter.Long(_before), Parameter.Integer(Limit + 1),
        ];
        return Import is null ? common : [.. common, Parameter.Text(Import)];
    }

    public ListPage<T> Page<T>(HttpContext context, PublicPath path, List<T> rows, Func<T, long> id)
    {
        var page = ListPage<T>.Of(rows, Limit, last => ListCursor.Write(_list, id(last).ToString(CultureInfo.InvariantCulture)));
        if (page.Next is not { } next)
            return page;

        var link = new StringBuilder(_list).Append("?limit=").Append(Limit);
        foreach (var name in (string[])["symbol", "rule", "interval", "from", "to"])
        {
            if (_parameters.Text(name) is { } value)
                link.Append('&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }

        if (Import is not null)
            link.Append("&import=").Append(Import);
        path.LinkNext(context, link.Append("&cursor=").Append(next).ToString());
        return page;
    }

    /// <summary>Null where the range has no end on this side.</summary>
    private static DateTimeOffset? ToInstant(long seconds) =>
        seconds < DateTimeOffset.MinValue.ToUnixTimeSeconds() || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? null
            : DateTimeOffset.FromUnixTimeSeconds(seconds);
}
