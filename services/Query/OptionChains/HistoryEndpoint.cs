using System.Globalization;
using System.Text;
using StocksDapr.Market.Options;
using StocksDapr.Query.Requests;

namespace StocksDapr.Query.OptionChains;

/// <summary><c>GET /options/contracts/{contract}/history</c>: the quotes of one contract over time, ascending.</summary>
internal static class HistoryEndpoint
{
    private const int DefaultLimit = 1_000;
    private const int MaxLimit = 10_000;

    private static readonly string[] Parameters = ["from", "to", "asOf", "limit", "cursor"];

    public static Task<IResult> GetAsync(HttpContext context, string contract, OptionReader reader, PublicPath path, CancellationToken cancellationToken) =>
        AnswerAsync(context, null, contract, reader, path, cancellationToken);

    /// <summary>The same below the underlying, whose contract it must be.</summary>
    public static async Task<IResult> OfSymbolAsync(
        HttpContext context, string symbol, string contract, OptionReader reader, PublicPath path, CancellationToken cancellationToken) =>
        SymbolPath.TryRead(symbol, out var wanted, out var bad) ? await AnswerAsync(context, wanted, contract, reader, path, cancellationToken) : bad.ToResult();

    private static async Task<IResult> AnswerAsync(
        HttpContext context, string? symbol, string contract, OptionReader reader, PublicPath path, CancellationToken cancellationToken)
    {
        var parameters = new ParameterReader(context.Request.QueryString, Parameters);
        var from = parameters.From(intraday: true);
        var to = parameters.To(intraday: true, from);
        var asOf = parameters.AsOf();
        var limit = parameters.Limit(DefaultLimit, MaxLimit);
        var name = contract.Trim().ToUpperInvariant();
        if (!OptionContract.TryParse(name, out var parsed))
        {
            return new InvalidRequest(
                "bad_contract", $"'{ParameterReader.Shown(contract)}' is no option symbol: root, expiry, C or P, strike in thousandths.",
                new { contract = "AAPL260320C00250000" }).ToResult();
        }

        name = parsed.ToString();
        var list = $"contract:{name}";
        var after = parameters.Cursor<DateTimeOffset?>(list, static text =>
            long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) && ticks <= DateTimeOffset.MaxValue.UtcTicks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null);
        if (parameters.Problem is { } problem)
            return problem.ToResult();
        if (!AcceptedForm.TryNegotiate(context.Request, out var csv))
            return AcceptedForm.NotAcceptable.ToResult();
        if (await reader.ContractAsync(name, cancellationToken) is not { } known || (symbol is not null && known.Symbol != symbol))
        {
            return new InvalidRequest(
                "unknown_contract", symbol is null ? $"No quote of {name} has been stored." : $"No quote of {name} has been stored as one of {symbol}.",
                Status: StatusCodes.Status404NotFound).ToResult();
        }

        var rows = await reader.HistoryAsync(known.Id, ToInstant(from), ToInstant(to), asOf, after, limit + 1, cancellationToken);
        var page = ListPage<ContractQuote>.Of(rows, limit, last => ListCursor.Write(list, last.QuotedAt.UtcTicks.ToString(CultureInfo.InvariantCulture)));
        if (page.Next is { } next)
            path.LinkNext(context, Link(parameters, known.Contract, limit, next));
        var answer = new ContractHistory(known.Contract, known.Symbol, known.Type, known.Expiry, known.Strike, page.Items, page.Next);
        return OptionAnswers.Send(context, answer, answer, csv, page.Items, page.Next);
    }

    private static string Link(ParameterReader parameters, string contract, int limit, string cursor)
    {
        var link = new StringBuilder("/options/contracts/").Append(contract).Append("/history?limit=").Append(limit);
        foreach (var name in (string[])["from", "to", "asOf"])
        {
            if (parameters.Text(name) is { } value)
                link.Append('&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }

        return link.Append("&cursor=").Append(cursor).ToString();
    }

    /// <summary>Null where the range has no end on this side. The last second counts as a whole.</summary>
    private static DateTimeOffset? ToInstant(long seconds) =>
        seconds < DateTimeOffset.MinValue.ToUnixTimeSeconds() || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds() ? null : DateTimeOffset.FromUnixTimeSeconds(seconds);
}
