using System.Globalization;
using StocksDapr.Query.Requests;
using StocksDapr.Query.Symbols;
using StocksDapr.ServiceDefaults.Http;

namespace StocksDapr.Query.Bars;

/// <summary>
/// <c>GET /bars</c> and <c>GET /bars/{symbol}</c>. The busiest road of the service: it binds no parameters and serialises nothing, so that an
/// answer out of the cache costs little more than the server itself.
/// </summary>
internal sealed class BarsEndpoint(BarsReader reader, SymbolSearch search, PublicPath path, QueryMetrics metrics, TimeProvider time)
{
    /// <summary>What ends before today hardly changes, yet a correction must get through: a short time, then the entity tag.</summary>
    private const string Closed = "private, max-age=300";

    private const string Open = "private, no-cache";

    /// <summary>What was known at an instant that is past stays so.</summary>
    private const string Settled = "private, max-age=31536000, immutable";

    /// <summary>A transaction that began before an instant may commit after it: so much later its past is settled.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromHours(1);

    public Task ManyAsync(HttpContext context) =>
        BarsRequestReader.Read(context.Request, out var problem) is { } request
            ? AnswerAsync(context, request)
            : problem!.WriteAsync(context);

    public Task OneAsync(HttpContext context) =>
        BarsRequestReader.Read(context.Request, (string)context.Request.RouteValues["symbol"]!, out var problem) is { } request
            ? AnswerAsync(context, request)
            : problem!.WriteAsync(context);

    private async Task AnswerAsync(HttpContext context, BarsRequest request)
    {
        if (!AcceptedForm.TryNegotiate(context.Request, out var csv))
        {
            await AcceptedForm.NotAcceptable.WriteAsync(context);
            return;
        }

        var page = await reader.ReadAsync(request, context.RequestAborted);
        if (page.Unknown is { } unknown && unknown.Count == request.Symbols.Length || request.Symbols.Length == 0)
        {
            await NothingKnownAsync(context, page);
            return;
        }

        var cursor = page.Next is { } next ? BarsCursor.Write(next, request.Fingerprint) : null;
        var headers = context.Response.Headers;
        var tag = string.Create(CultureInfo.InvariantCulture, $"\"{page.ContentHash():x16}{(csv ? "c" : "j")}\"");
        headers.ETag = tag;
        headers.CacheControl = CacheControl(page);
        headers.Vary = "Accept";
        if (cursor is not null)
            path.LinkNext(context, BarsLink.Next(request, cursor));
        if (csv && cursor is not null)
            headers["X-Next-Cursor"] = cursor;
        if (csv && (page.Unknown is not null || request.BadSymbols.Count > 0))
            headers["X-Symbol-Errors"] = string.Join(", ", (page.Unknown ?? []).Select(symbol => $"{symbol}=unknown_symbol"));

        if (context.Request.Headers.IfNoneMatch is { Count: > 0 } known && EntityTag.Matches(known, tag))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        metrics.Answered(page.Bars);
        if (csv)
        {
            context.Response.ContentType = BarsCsv.ContentType;
            await BarsCsv.WriteAsync(page, context.Response.BodyWriter, context.RequestAborted);
            return;
        }

        var pieces = BarsJson.Compose(page, cursor);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = BarsJson.Length(pieces);
        await BarsJson.WriteAsync(pieces, context.Response.BodyWriter, context.RequestAborted);
    }

    private string CacheControl(BarsPage page)
    {
        var now = time.GetUtcNow();
        if (page.Request.AsOf is { } asOf)
            return asOf < now - Settling ? Settled : Open;

        // More follows of the first symbol: what follows ends this page. Otherwise the range that was asked for does.
        var end = page.Next is { Symbol: 0 } next ? next.Start : page.Request.To;
        if (end == long.MaxValue || page.Bars == 0 || page.Unknown is not null)
            return Open;
        var today = Market.NewYorkTime.DateAt(now);
        return end < (page.Request.Interval.IsIntraday ? TimeBound.StartOfDay(today) : TimeBound.Midnight(today.DayNumber)) ? Closed : Open;
    }

    /// <summary>Not one of the symbols is known: that is no answer but the caller's mistake; the same <c>errors</c> say whose.</summary>
    private async Task NothingKnownAsync(HttpContext context, BarsPage page)
    {
        var unknown = page.Unknown ?? [];
        var problem = unknown.Count == 0
            ? ApiProblem.Details(StatusCodes.Status400BadRequest, "bad_symbol", $"None of symbols is a symbol. {SymbolList.Syntax}", retry: false, new { symbols = "AAPL,MSFT" })
            : await search.UnknownAsync(unknown, context.RequestAborted);
        problem.Extensions["errors"] = SymbolErrors.Of(page);
        await ApiProblem.WriteAsync(context, problem);
    }
}
