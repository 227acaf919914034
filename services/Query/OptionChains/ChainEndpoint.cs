using System.Globalization;
using System.Text;
using StocksDapr.Market;
using StocksDapr.Market.Options;
using StocksDapr.Query.Requests;
using StocksDapr.Query.Symbols;

namespace StocksDapr.Query.OptionChains;

/// <summary><c>GET /options/{symbol}</c> and <c>GET /options/{symbol}/expiries</c>: the latest chain, or the one that was known at an instant.</summary>
internal static class ChainEndpoint
{
    private const int DefaultLimit = 1_000;
    private const int MaxLimit = 10_000;

    private static readonly string[] ChainParameters = ["expiry", "type", "strikes", "asOf", "limit", "cursor"];
    private static readonly string[] ExpiryParameters = ["asOf"];

    public static async Task<IResult> GetAsync(
        HttpContext context, string symbol, OptionReader reader, SymbolSearch search, PublicPath path, TimeProvider time, CancellationToken cancellationToken)
    {
        var parameters = new ParameterReader(context.Request.QueryString, ChainParameters);
        var filter = ChainFilter.Read(parameters);
        var limit = parameters.Limit(DefaultLimit, MaxLimit);
        if (!SymbolPath.TryRead(symbol, out var wanted, out var bad))
            return bad.ToResult();

        var question = Question(parameters);
        var position = parameters.Cursor<(DateTimeOffset QuotedAt, int Offset)?>($"options:{wanted}?{question}", ReadPosition);
        if (parameters.Problem is { } problem)
            return problem.ToResult();
        if (!AcceptedForm.TryNegotiate(context.Request, out var csv))
            return AcceptedForm.NotAcceptable.ToResult();

        var snapshot = position is { } at
            ? await reader.AtAsync(wanted, at.QuotedAt, filter.AsOf, cancellationToken)
            : await reader.LatestAsync(wanted, filter.AsOf, cancellationToken);
        if (snapshot is null)
            return await NoneAsync(wanted, filter.AsOf, reader, search, cancellationToken);

        var quotes = filter.Around(await reader.ChainAsync(wanted, snapshot, filter, cancellationToken), snapshot.Spot);
        var offset = position?.Offset ?? 0;
        var page = quotes.Skip(offset).Take(limit).ToList();
        var next = quotes.Count > offset + limit
            ? ListCursor.Write($"options:{wanted}?{question}", string.Create(CultureInfo.InvariantCulture, $"{snapshot.QuotedAt.UtcTicks}:{offset + limit}"))
            : null;
        if (next is not null)
            path.LinkNext(context, $"/options/{Uri.EscapeDataString(wanted)}?{question}limit={limit}&cursor={next}");
        var answer = new ChainAnswer(
            wanted, snapshot.QuotedAt, Age(snapshot, filter.AsOf, time), snapshot.Source, snapshot.UnderlyingPrice, snapshot.Spot, page, next);
        return OptionAnswers.Send(context, answer, answer with { AgeSeconds = 0 }, csv, page, next);
    }

    public static async Task<IResult> ExpiriesAsync(
        HttpContext context, string symbol, OptionReader reader, SymbolSearch search, TimeProvider time, CancellationToken cancellationToken)
    {
        var parameters = new ParameterReader(context.Request.QueryString, ExpiryParameters);
        var asOf = parameters.AsOf();
        if (!SymbolPath.TryRead(symbol, out var wanted, out var bad))
            return bad.ToResult();
        if (parameters.Problem is { } problem)
            return problem.ToResult();
        if (await reader.LatestAsync(wanted, asOf, cancellationToken) is not { } snapshot)
            return await NoneAsync(wanted, asOf, reader, search, cancellationToken);

        var quotes = await reader.ChainAsync(wanted, snapshot, new ChainFilter(null, null, null, asOf), cancellationToken);
        var expiries = quotes.GroupBy(quote => quote.Expiry).Select(ofExpiry => Summary(ofExpiry.Key, [.. ofExpiry], snapshot)).ToList();
        var answer = new ExpiriesAnswer(
            wanted, snapshot.QuotedAt, Age(snapshot, asOf, time), snapshot.Source, snapshot.UnderlyingPrice, snapshot.Spot, PutCallRatios.Of(quotes), expiries);
        return OptionAnswers.Send(context, answer, answer with { AgeSeconds = 0 }, csv: false, [], next: null);
    }

    private static ExpiryItem Summary(DateOnly expiry, List<ContractQuote> quotes, Snapshot snapshot)
    {
        var expiresAt = OptionTime.ExpiresAt(expiry, ExchangeCalendar.UsEquities);
        var years = OptionTime.YearsToExpiry(snapshot.QuotedAt, expiry, ExchangeCalendar.UsEquities);
        var straddle = snapshot.Spot is not { } spot ? null : quotes.GroupBy(quote => quote.Strike)
            .Select(ofStrike => new
            {
                Strike = ofStrike.Key,
                Call = ofStrike.FirstOrDefault(quote => quote is { Type: "call", Mid: not null }),
                Put = ofStrike.FirstOrDefault(quote => quote is { Type: "put", Mid: not null }),
            })
            .Where(pair => pair.Call is not null && pair.Put is not null)
            .MinBy(pair => Math.Abs(pair.Strike - spot));
        if (straddle is null)
            return new ExpiryItem(expiry, expiresAt, Days(years), quotes.Count, null, null, null, PutCallRatios.Of(quotes));

        var volatilities = new[] { straddle.Call!.ImpliedVolatility, straddle.Put!.ImpliedVolatility }.OfType<float>().ToList();
        double? volatility = volatilities.Count == 0 ? null : Math.Round(volatilities.Average(value => (double)value), 6);
        var price = straddle.Call.Mid!.Value + straddle.Put.Mid!.Value;
        return new ExpiryItem(
            expiry, expiresAt, Days(years), quotes.Count, straddle.Strike, volatility,
            new ImpliedMove(Math.Round(price, 6), Math.Round(price / snapshot.Spot!.Value, 6), volatility is { } known ? Math.Round(known * Math.Sqrt(years), 6) : null),
            PutCallRatios.Of(quotes));
    }

    private static double Days(double years) => Math.Round(years * 365, 4);

    private static double Age(Snapshot snapshot, DateTimeOffset? asOf, TimeProvider time) =>
        Math.Round(Math.Max(((asOf ?? time.GetUtcNow()) - snapshot.QuotedAt).TotalSeconds, 0), 3);

    private static async Task<IResult> NoneAsync(string symbol, DateTimeOffset? asOf, OptionReader reader, SymbolSearch search, CancellationToken cancellationToken)
    {
        if (!await reader.IsSymbolAsync(symbol, cancellationToken))
            return new ProblemAnswer(await search.UnknownAsync([symbol], cancellationToken));

        return new InvalidRequest(
            "no_options",
            asOf is { } instant
                ? string.Create(CultureInfo.InvariantCulture, $"No option chain of {symbol} was known at {instant.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}.")
                : $"No option chain of {symbol} has been stored: its options are not collected, or it has none.",
            Status: StatusCodes.Status404NotFound).ToResult();
    }

    /// <summary>The parameters that a cursor belongs to, as they go into a link.</summary>
    private static string Question(ParameterReader parameters)
    {
        var question = new StringBuilder();
        foreach (var name in (string[])["expiry", "type", "strikes", "asOf"])
        {
            if (parameters.Text(name) is { } value)
                question.Append(name).Append('=').Append(Uri.EscapeDataString(value)).Append('&');
        }

        return question.ToString();
    }

    private static (DateTimeOffset QuotedAt, int Offset)? ReadPosition(string text) =>
        text.Split(':') is [var ticks, var offset]
        && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at <= DateTimeOffset.MaxValue.UtcTicks
        && int.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out var from)
            ? (new DateTimeOffset(at, TimeSpan.Zero), from)
            : null;
}
