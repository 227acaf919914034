using Microsoft.AspNetCore.Mvc;
using Microsoft.OpenApi;
using StocksDapr.Query.Bars;
using StocksDapr.Query.Coverage;
using StocksDapr.Query.DeadLetters;
using StocksDapr.Query.Imports;
using StocksDapr.Query.Latest;
using StocksDapr.Query.Movers;
using StocksDapr.Query.OptionChains;
using StocksDapr.Query.Quality;
using StocksDapr.Query.Requests;
using StocksDapr.Query.Runs;
using StocksDapr.Query.Status;
using StocksDapr.Query.Streams;
using StocksDapr.Query.Symbols;

namespace StocksDapr.Query;

/// <summary>Everything this service answers. The gateway shows it to the public below <c>/api/v1</c>.</summary>
internal static class Endpoints
{
    private static readonly (string, string) Interval = ("interval", "1min, 5min, 15min, 30min, 1h, 1d, 1wk or 1mo; 1d by default.");
    private static readonly (string, string) AnyInterval = ("interval", "1min, 5min, 15min, 30min, 1h, 1d, 1wk or 1mo; all by default.");
    private static readonly (string, string) Cursor = ("cursor", "'next' of the answer before, with the same other parameters.");
    private static readonly (string, string) From = (
        "from", "Earliest start wanted, inclusive: a date (for intraday bars its first moment in New York) or an instant with its offset.");
    private static readonly (string, string) To = (
        "to", "Latest start wanted, inclusive: a date (for intraday bars its last moment in New York) or an instant with its offset.");
    private static readonly (string, string)[] OfBars =
    [
        Interval, From, To, ("limit", "Bars in this answer at most: 1 to 10000, 1000 by default."), Cursor,
        ("asOf", "An instant: answer what was known then, with the earlier values of bars that were corrected since."),
    ];

    public static void MapEndpoints(this IEndpointRouteBuilder app)
    {
        MapBars(app);
        MapMarket(app);
        MapOptions(app);
        MapQuality(app);
        MapImports(app);
        MapRuns(app);

        app.MapGet("/stream/subscription", SubscriptionEndpoint.GetAsync).ExcludeFromDescription();

        // For the gateway, which fans it out; no business of the public.
        app.MapGet("/stream/events", (StreamEndpoint stream, HttpContext context) => stream.GetAsync(context)).ExcludeFromDescription();
        app.MapGet("/status", StatusEndpoint.GetAsync)
            .Describe("getStatus", "What there is to ask for, and whether it can be asked.")
            .Produces<StatusAnswer>().WithTags("Status");
    }

    private static void MapBars(IEndpointRouteBuilder app)
    {
        var bars = app.ServiceProvider.GetRequiredService<BarsEndpoint>();
        Document(app.MapGet("/bars", (RequestDelegate)bars.ManyAsync), bars.ManyAsync).Describe(
            "getBars", "Bars of up to 500 symbols, ascending, symbol by symbol in the order asked. JSON or CSV.",
            [("symbols", "Symbols with a comma between two of them."), .. OfBars]);
        Document(app.MapGet("/bars/{symbol}", (RequestDelegate)bars.OneAsync), bars.OneAsync).Describe(
            "getBarsOfSymbol", "Bars of one symbol, ascending. JSON or CSV.", OfBars).AddOpenApiOperationTransformer((operation, _, _) =>
            {
                (operation.Parameters ??= []).Insert(0, new OpenApiParameter
                {
                    Name = "symbol",
                    In = ParameterLocation.Path,
                    Required = true,
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                });
                return Task.CompletedTask;
            });
    }

    /// <summary>These two are plain delegates for speed, of which OpenAPI knows nothing unless told.</summary>
    private static IEndpointConventionBuilder Document(IEndpointConventionBuilder endpoint, RequestDelegate handler) =>
        endpoint.WithTags("Bars").WithMetadata(
            handler.Method,
            new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(BarsAnswer), ["application/json", "text/csv"]),
            new ProducesResponseTypeMetadata(StatusCodes.Status304NotModified),
            new ProducesResponseTypeMetadata(StatusCodes.Status404NotFound, typeof(ProblemDetails), ["application/problem+json"]));

    private static void MapMarket(IEndpointRouteBuilder app)
    {
        app.MapGet("/latest", LatestEndpoint.GetAsync)
            .Describe(
                "getLatest", "The newest bar of each symbol, of the symbols asked for or of all.",
                ("symbols", "Up to 500 symbols, answered at once; all symbols, page by page, by default."), Interval,
                ("limit", "Symbols in this answer at most: 1 to 1000, 500 by default."), Cursor)
            .Produces<LatestAnswer>().ProducesProblem(StatusCodes.Status404NotFound).WithTags("Bars");
        app.MapGet("/movers", MoversEndpoint.GetAsync)
            .Describe(
                "getMovers", "The greatest rises, falls and volumes of the newest session.",
                Interval, ("limit", "Symbols per list at most: 1 to 100, 10 by default."), ("direction", "gainers, losers or active; all three by default."))
            .Produces<MoversAnswer>().WithTags("Bars");
        app.MapGet("/series", SeriesEndpoint.ListAsync)
            .Describe("getSeries", "From when to when there are bars, and how many, per symbol and interval.", ("symbols", "All by default."), AnyInterval)
            .Produces<SeriesAnswer>().WithTags("Symbols");
        app.MapGet("/symbols", SymbolsEndpoint.ListAsync)
            .Describe(
                "searchSymbols", "Symbols by symbol, name or alias, in spite of typing errors: exact, then beginning so, then aliases, then alike.",
                ("search", "What is typed, up to 64 characters; all symbols in order by default."),
                ("limit", "Symbols in this answer at most: 1 to 1000, 50 by default."), Cursor)
            .Produces<ListPage<SymbolSummary>>().WithTags("Symbols");
        app.MapGet("/symbols/{symbol}", SymbolsEndpoint.OneAsync)
            .Describe("getSymbol", "What is known about a symbol: names, series, splits and dividends.")
            .Produces<SymbolDetail>().ProducesProblem(StatusCodes.Status404NotFound).WithTags("Symbols");
    }

    private static void MapOptions(IEndpointRouteBuilder app)
    {
        (string, string) asOf = ("asOf", "An instant: answer what was known then.");
        (string, string)[] history =
        [
            ("from", "Earliest quote wanted, inclusive: a day in New York or an instant with its offset."),
            ("to", "Latest quote wanted, inclusive: a day in New York or an instant with its offset."),
            asOf, ("limit", "Quotes in this answer at most: 1 to 10000, 1000 by default."), Cursor,
        ];
        app.MapGet("/options/{symbol}", ChainEndpoint.GetAsync)
            .Describe(
                "getOptions", "The latest option chain of a symbol: quotes, implied volatility and Greeks, by expiry, strike and type. JSON or CSV.",
                ("expiry", "A date, or several with commas between them; all by default."), ("type", "call or put; both by default."),
                ("strikes", "A range such as 200..250, 200.. or ..250; or ±5: five strikes on either side of the money, of each expiry. All by default."), asOf,
                ("limit", "Contracts in this answer at most: 1 to 10000, 1000 by default."), Cursor)
            .Produces<ChainAnswer>(StatusCodes.Status200OK, "application/json", "text/csv").Produces(StatusCodes.Status304NotModified)
            .ProducesProblem(StatusCodes.Status404NotFound).WithTags("Options");
        app.MapGet("/options/{symbol}/expiries", ChainEndpoint.ExpiriesAsync)
            .Describe(
                "getOptionExpiries", "The expiries of the latest chain, each with the move that its prices imply and its put/call ratios by volume and open interest.", asOf)
            .Produces<ExpiriesAnswer>().Produces(StatusCodes.Status304NotModified).ProducesProblem(StatusCodes.Status404NotFound).WithTags("Options");
        app.MapGet("/options/contracts/{contract}/history", HistoryEndpoint.GetAsync)
            .Describe("getOptionHistory", "The quotes of one contract over time, ascending. JSON or CSV.", history)
            .Produces<ContractHistory>(StatusCodes.Status200OK, "application/json", "text/csv").Produces(StatusCodes.Status304NotModified)
            .ProducesProblem(StatusCodes.Status404NotFound).WithTags("Options");
        app.MapGet("/options/{symbol}/contracts/{contract}/history", HistoryEndpoint.OfSymbolAsync)
            .Describe("getOptionHistoryOfSymbol", "The quotes of one contract of a symbol over time, ascending. JSON or CSV.", history)
            .Produces<ContractHistory>(StatusCodes.Status200OK, "application/json", "text/csv").Produces(StatusCodes.Status304NotModified)
            .ProducesProblem(StatusCodes.Status404NotFound).WithTags("Options");
    }

    private static void MapQuality(IEndpointRouteBuilder app)
    {
        (string, string)[] filter =
        [
            ("symbol", "All by default."), ("rule", "The id of a rule, such as high-below-close; all by default."), AnyInterval,
            ("from", "Earliest start of the bar, inclusive: a UTC date or an instant with its offset."),
            ("to", "Latest start of the bar, inclusive: a UTC date or an instant with its offset."),
            ("limit", "Items in this answer at most: 1 to 1000, 100 by default."), Cursor,
        ];
        app.MapGet("/quality/quarantine", QualityEndpoint.QuarantineAsync)
            .Describe("getQuarantine", "Bars and option quotes that broke a rule, as they came, newest first.", [.. filter, ("import", "The id of an import; all by default.")])
            .Produces<ListPage<QuarantineItem>>().WithTags("Quality");
        app.MapGet("/quality/findings", QualityEndpoint.FindingsAsync)
            .Describe("getFindings", "What was noticed about stored data, newest first.", filter)
            .Produces<ListPage<FindingItem>>().WithTags("Quality");
        app.MapGet("/dead-letters", DeadLettersEndpoint.ListAsync)
            .Describe(
                "getDeadLetters", "Messages that could not be processed, newest first.",
                ("topic", "The topic that they were published to; all by default."), ("state", "waiting or replayed; both by default."),
                ("limit", "Items in this answer at most: 1 to 1000, 100 by default."), Cursor)
            .Produces<ListPage<DeadLetterItem>>().WithTags("Dead letters");
    }

    private static void MapImports(IEndpointRouteBuilder app)
    {
        app.MapGet("/imports", ImportsEndpoint.ListAsync)
            .Describe("getImports", "Imports and what became of them, newest first.", ("limit", "1 to 100, 20 by default."), Cursor)
            .Produces<ListPage<ImportReceipt>>().WithTags("Imports");
        app.MapGet("/imports/{id}", ImportsEndpoint.OneAsync)
            .Describe("getImport", "What became of an import. What it says is stored can be read from then on.")
            .Produces<ImportReceipt>().ProducesProblem(StatusCodes.Status404NotFound).WithTags("Imports");
        app.MapGet("/imports/{id}/rejections", RejectionsEndpoint.ListAsync)
            .Describe(
                "getImportRejections", "Lines from which no bar could be made, in the order of the file. JSON or CSV.",
                ("limit", "1 to 10000, 1000 by default."), Cursor)
            .Produces<ListPage<Rejection>>(StatusCodes.Status200OK, "application/json", "text/csv")
            .ProducesProblem(StatusCodes.Status404NotFound).WithTags("Imports");

        // For Collector, which sends the missing ones again; no business of the public.
        app.MapGet("/imports/{id}/missing-batches", ImportsEndpoint.MissingAsync).ExcludeFromDescription();
    }

    private static void MapRuns(IEndpointRouteBuilder app)
    {
        (string, string)[] filter =
        [
            ("state", "running, paused, completed, failed or cancelled; all by default."),
            ("from", "Earliest start, inclusive: a day in New York or an instant with its offset."),
            ("to", "Latest start, inclusive: a day in New York or an instant with its offset."),
            ("limit", "1 to 100, 20 by default."), Cursor,
        ];
        app.MapGet("/runs", RunsEndpoint.ListAsync)
            .Describe(
                "getRuns", "What the schedule, backfills and ends of day have done, newest first.",
                [("kind", "collection, reference, backfill, end-of-day, cross-check or options; all by default."), .. filter])
            .Produces<ListPage<Run>>().WithTags("Runs");
        app.MapGet("/runs/{id}", RunsEndpoint.OneAsync)
            .Describe(
                "getRun", "A run with every step: when it began, how long it took, what came of it.",
                ("limit", "Steps in this answer at most: 1 to 10000, 1000 by default."), Cursor)
            .Produces<RunDetail>().ProducesProblem(StatusCodes.Status404NotFound).WithTags("Runs");
        app.MapGet("/backfills", RunsEndpoint.ListBackfillsAsync)
            .Describe("getBackfills", "Backfills and how far they are, newest first.", filter)
            .Produces<ListPage<Backfill>>().WithTags("Backfills");
        app.MapGet("/backfills/{id}", RunsEndpoint.BackfillAsync)
            .Describe("getBackfill", "How far a backfill is, what became of each symbol, and what it cost. What it says is stored can be read from then on.")
            .Produces<Backfill>().ProducesProblem(StatusCodes.Status404NotFound).WithTags("Backfills");
        app.MapGet("/runs/{id}/receipts", RunsEndpoint.ReceiptsAsync).ExcludeFromDescription();
    }
}
