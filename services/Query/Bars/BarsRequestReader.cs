using StocksDapr.Market;
using StocksDapr.Query.Requests;

namespace StocksDapr.Query.Bars;

/// <summary>Checks the parameters of <c>/bars</c> and <c>/bars/{symbol}</c>.</summary>
internal static class BarsRequestReader
{
    private static readonly string[] Many = ["symbols", "interval", "from", "to", "limit", "cursor", "asOf"];
    private static readonly string[] One = ["interval", "from", "to", "limit", "cursor", "asOf"];

    public static BarsRequest? Read(HttpRequest request, out InvalidRequest? problem)
    {
        var parameters = new ParameterReader(request.QueryString, Many);
        var symbols = parameters.Symbols(BarsRequest.MaxSymbols);
        if (symbols is null)
            parameters.Fail("missing_symbols", "symbols is missing: name what you want the bars of.", new { symbols = "AAPL,MSFT" });
        return Read(parameters, symbols, single: false, out problem);
    }

    /// <param name="path">The symbol as it stands in the path; a slash in it arrives as <c>%2F</c>.</param>
    public static BarsRequest? Read(HttpRequest request, string path, out InvalidRequest? problem)
    {
        var parameters = new ParameterReader(request.QueryString, One);
        SymbolList? symbols = null;
        if (SymbolPath.TryRead(path, out var symbol, out var bad))
            symbols = new SymbolList([symbol], []);
        else
            parameters.Fail(bad.Code, bad.Detail, bad.Valid);
        return Read(parameters, symbols, single: true, out problem);
    }

    private static BarsRequest? Read(ParameterReader parameters, SymbolList? symbols, bool single, out InvalidRequest? problem)
    {
        var interval = parameters.Interval(Interval.OneDay) ?? Interval.OneDay;
        var from = parameters.From(interval.IsIntraday);
        var to = parameters.To(interval.IsIntraday, from);
        var limit = parameters.Limit(BarsRequest.DefaultLimit, BarsRequest.MaxLimit);
        var asOf = parameters.AsOf();
        problem = parameters.Problem;
        if (problem is not null || symbols is null)
            return null;

        var request = new BarsRequest(
            interval, symbols.Good, symbols.Bad, from, to, limit, asOf, parameters.Text("from"), parameters.Text("to"), parameters.Text("asOf"))
        {
            IsSingle = single,
            Position = BarsPosition.Beginning,
        };
        if (parameters.Text("cursor") is not { } cursor)
            return request;
        if (BarsCursor.TryRead(cursor, request.Fingerprint, request.Symbols.Length, out var position))
            return request with { Position = position };

        parameters.FailCursor();
        problem = parameters.Problem;
        return null;
    }
}
