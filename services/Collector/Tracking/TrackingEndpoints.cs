using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using StocksDapr.Collector.Collection;
using StocksDapr.Contracts;
using StocksDapr.Market;
using StocksDapr.ServiceDefaults.Http;

namespace StocksDapr.Collector.Tracking;

/// <summary><c>/symbols/{symbol}/tracking</c> and <c>/tracking</c>: what is collected of the real market.</summary>
internal static class TrackingEndpoints
{
    private const int MaxBodyBytes = 16 * 1024;
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1_000;

    /// <summary>Who asks where no gateway says it: somebody at this machine.</summary>
    private const string Nobody = "local";

    private static readonly object Example = new { intervals = new[] { "1d", "15min" }, options = false };

    private static readonly string[] Parameters = ["limit", "cursor"];

    private static readonly string[] Names = ["intervals", "options"];

    public static void MapTracking(this IEndpointRouteBuilder app)
    {
        app.MapGet("/tracking", ListAsync)
            .WithName("GetTracking").WithTags("Tracking").WithSummary("List what is tracked")
            .WithDescription($"Every symbol of the real market that is collected, in order. limit: 1 to {MaxLimit}, {DefaultLimit} if left out; cursor: 'next' of the page before.")
            .Produces<TrackingPage>()
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status503ServiceUnavailable);

        app.MapGet("/symbols/{symbol}/tracking", (string symbol, TrackingControl control, CancellationToken cancellationToken) =>
                WithSymbol(symbol, named => control.FindAsync(named, cancellationToken)))
            .WithName("GetSymbolTracking").WithTags("Tracking").WithSummary("Look whether a symbol is tracked")
            .WithDescription("By whom, in which intervals, with options or without, since when.")
            .Produces<TrackingItem>()
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status503ServiceUnavailable);

        app.MapPut("/symbols/{symbol}/tracking", PutAsync)
            .WithName("PutSymbolTracking").WithTags("Tracking").WithSummary("Track a symbol")
            .WithDescription(
                "Its bars are collected from now on, its history at once. May be sent again: what is so already stays so. A symbol that no provider has is accepted, and its state says so "
                + "once they have been asked. A class of shares may be written as any vendor does: BRK-B is BRK.B. Without a body: the intervals that are tracked by default.")
            .Accepts<TrackingBody>("application/json")
            .WithMetadata(new RequestSizeLimitAttribute(MaxBodyBytes))
            .Produces<TrackingItem>()
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge).ProducesProblem(StatusCodes.Status503ServiceUnavailable);

        app.MapDelete("/symbols/{symbol}/tracking", (string symbol, HttpRequest request, TrackingControl control, CancellationToken cancellationToken) =>
                WithSymbol(symbol, named => control.UntrackAsync(named, AccountOf(request), cancellationToken)))
            .WithName("DeleteSymbolTracking").WithTags("Tracking").WithSummary("Stop tracking a symbol")
            .WithDescription("Nothing more is collected of it; what is stored stays.")
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
    }

    private static Task<IResult> ListAsync(HttpRequest request, TrackingControl control, CancellationToken cancellationToken)
    {
        if (request.Query.Keys.FirstOrDefault(name => !Parameters.Contains(name)) is { } unknown)
            return Bad("unknown_parameter", $"'{Shown(unknown)}' is not a parameter here; there are {string.Join(", ", Parameters)}.", new { parameters = Parameters });

        var limit = DefaultLimit;
        if (request.Query["limit"] is { Count: > 0 } limits
            && (limits.Count > 1 || !int.TryParse(limits[0], NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > MaxLimit))
            return Bad("bad_limit", $"limit must be a whole number from 1 to {MaxLimit}.", new { limit = $"1 to {MaxLimit}", @default = DefaultLimit });

        string? after = null;
        if (request.Query["cursor"] is { Count: > 0 } cursors && (cursors.Count > 1 || !TrackingCursor.TryRead(cursors[0] ?? "", out after)))
            return Bad("bad_cursor", "The cursor is damaged. Take 'next' of the last answer as it is, or leave cursor out to begin again.", new { cursor = "next of the page before" });

        return control.ListAsync(limit, after, cancellationToken);
    }

    private static async Task<IResult> PutAsync(string symbol, HttpRequest request, TrackingControl control, CancellationToken cancellationToken)
    {
        JsonElement body = default;
        if (request.ContentLength is not 0 and not null || request.Headers.TransferEncoding.Count > 0)
        {
            if (!request.HasJsonContentType())
                return ApiProblem.Of(StatusCodes.Status415UnsupportedMediaType, "unsupported_media_type", "The body is JSON.", valid: new { contentType = "application/json" });
            try
            {
                using var document = await JsonDocument.ParseAsync(request.Body, cancellationToken: cancellationToken);
                body = document.RootElement.Clone();
            }
            catch (JsonException e)
            {
                return ApiProblem.BadRequest("bad_json", $"The JSON body cannot be read: {e.Message}", Example);
            }
        }

        return Read(body, out var intervals, out var options) is { } problem
            ? problem
            : await WithSymbol(symbol, named => Symbol.IsSimulated(named)
                ? Bad("bad_symbol", $"'{named}' is simulated: such symbols are collected without being tracked.", new { symbol = "AAPL" })
                : control.TrackAsync(named, AccountOf(request), intervals, options, cancellationToken));
    }

    private static IResult? Read(JsonElement body, out IReadOnlyList<Interval>? intervals, out bool options)
    {
        (intervals, options) = (null, false);
        if (body.ValueKind == JsonValueKind.Undefined)
            return null;
        if (body.ValueKind != JsonValueKind.Object)
            return ApiProblem.BadRequest("bad_body", "The body is a JSON object.", Example);
        if (body.EnumerateObject().FirstOrDefault(property => !Names.Any(property.NameEquals)) is { Value.ValueKind: not JsonValueKind.Undefined })
            return ApiProblem.BadRequest("unknown_property", $"The body has a property that does not belong here; there are {string.Join(", ", Names)}.", Example);

        if (body.TryGetProperty("options", out var chains) && chains.ValueKind != JsonValueKind.Null)
        {
            if (chains.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
                return ApiProblem.BadRequest("bad_options", "options is true or false.", Example);
            options = chains.GetBoolean();
        }

        if (!body.TryGetProperty("intervals", out var list) || list.ValueKind == JsonValueKind.Null)
            return null;

        var read = new HashSet<Interval>();
        foreach (var item in list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : default)
        {
            if (item.ValueKind != JsonValueKind.String || !TryRead(item, out var interval))
                return BadIntervals();
            read.Add(interval);
        }

        intervals = [.. Interval.All.Where(read.Contains)];
        return read.Count == 0 ? BadIntervals() : null;
    }

    private static bool TryRead(JsonElement text, out Interval interval)
    {
        try
        {
            return Interval.TryParse(text.GetString(), out interval!) && Markets.Intervals.Contains(interval);
        }
        catch (InvalidOperationException)
        {
            // The parser takes half a surrogate pair; whoever reads such a text gets this.
            interval = Interval.OneDay;
            return false;
        }
    }

    private static IResult BadIntervals() => ApiProblem.BadRequest("bad_intervals", $"intervals is an array of at least one of {string.Join(", ", Markets.Intervals)}.", Example);

    /// <summary>Of all escapes in a path the server leaves only that of the slash for us to undo.</summary>
    private static Task<IResult> WithSymbol(string text, Func<string, Task<IResult>> act) =>
        Symbol.TryNormalize(text.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase), out var symbol)
            ? act(Symbol.OfUsStock(symbol))
            : Bad("bad_symbol", $"'{Shown(text)}' is not a symbol: 1 to {Symbol.MaxLength} of A-Z 0-9 . - ^ = / _, beginning with a letter, digit or ^.", new { symbol = "AAPL" });

    private static string AccountOf(HttpRequest request) => request.Headers[CallerHeader.Account] is [{ Length: > 0 } account] ? account : Nobody;

    private static string Shown(string text) => text.Length <= 40 ? text : $"{text[..40]}…";

    private static Task<IResult> Bad(string code, string detail, object valid) => Task.FromResult(ApiProblem.BadRequest(code, detail, valid));
}
