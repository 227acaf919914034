using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;
using StocksDapr.Gateway.Access;
using StocksDapr.Gateway.Proxy;
using StocksDapr.Gateway.Tokens;
using StocksDapr.ServiceDefaults.Http;

namespace StocksDapr.Gateway.Streams;

/// <summary><c>GET /api/v1/stream</c>: bars as they form, are stored and are corrected, as server-sent events.</summary>
internal static class StreamEndpoints
{
    private const string EventStream = "text/event-stream";
    private const string LastEventIdHeader = "Last-Event-ID";
    private const string LastEventIdParameter = "lastEventId";

    private static readonly TimeSpan SourcePatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RetryAfterFull = TimeSpan.FromSeconds(10);

    private static readonly (string Name, string Description)[] Parameters =
    [
        ("symbols", "Up to 500 symbols with a comma between two of them, or * for all."),
        ("interval", "1min, 5min, 15min, 30min, 1h, 1d, 1wk or 1mo, or several with a comma between two of them; 1d by default."),
        (LastEventIdParameter, "The id of the last event seen, for clients that cannot send the header Last-Event-ID."),
    ];

    public static void MapStreams(this IEndpointRouteBuilder app) =>
        app.MapGet(ServiceRoutes.Prefix + "/stream", RunAsync)
            .RequireAuthorization(Scopes.Read)
            .WithTags("Bars")
            .WithName("getStream")
            .WithSummary("Bars as they form, are stored and are corrected: server-sent events that can be resumed")
            .WithDescription(
                "Events: `forming` (a bar that is not final, `final` is false), `bar` (a bar was stored), `correction` (a stored bar changed; `revision` has its former values), "
                + "`heartbeat`, `reset` (read the bars again by /bars: of the range that it names, or all), `end` (the reason why the stream is closed). Come back with the last id in "
                + "`Last-Event-ID`, to any replica: nothing is left out and nothing comes twice, but forming bars, of which the latest state comes.")
            .Produces(StatusCodes.Status200OK, contentType: EventStream)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status406NotAcceptable)
            .ProducesProblem(StatusCodes.Status429TooManyRequests)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .AddOpenApiOperationTransformer((operation, _, _) =>
            {
                operation.Parameters = [.. Parameters.Select(parameter => new OpenApiParameter
                {
                    Name = parameter.Name,
                    In = ParameterLocation.Query,
                    Description = parameter.Description,
                    Required = parameter.Name == "symbols",
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                })];
                return Task.CompletedTask;
            });

    private static async Task RunAsync(
        HttpContext context, StreamConnections connections, StreamFollower follower, StreamSlots slots, QueryStream query, StreamMetrics metrics)
    {
        if (!MayBeEventStream(context.Request))
        {
            await RefuseAsync(context, StatusCodes.Status406NotAcceptable, "not_acceptable", "This comes as text/event-stream; Accept does not allow that.", new { Accept = EventStream });
            return;
        }

        var lastId = context.Request.Headers[LastEventIdHeader] is [{ Length: > 0 } header] ? header : context.Request.Query[LastEventIdParameter].ToString();
        StreamPosition? lastSeen = null;
        if (lastId.Length > 0 && !StreamPosition.TryParse(lastId, out lastSeen))
        {
            await RefuseAsync(
                context, StatusCodes.Status400BadRequest, "bad_last_event_id", "The last event's id is none of this stream; leave it out to begin anew.",
                new { lastEventId = StreamPosition.Example });
            return;
        }

        var holder = Caller.TokenOf(context.User) ?? Caller.AccountOf(context.User);
        var slot = slots.TryTake(holder);
        if (slot != StreamSlot.Taken)
        {
            await RefuseForNowAsync(context, slot, metrics);
            return;
        }

        try
        {
            if (await SubscribeAsync(context, query) is not { } subscription)
                return;

            await follower.JoinAsync(SourcePatience, context.RequestAborted);
            try
            {
                await OpenAsync(context);
                await connections.RunAsync(context, subscription, lastSeen, BearerAuthentication.ShownBy(context));
            }
            finally
            {
                follower.Leave();
            }
        }
        catch (Exception e) when (e is StreamSourceException or TimeoutException)
        {
            await ApiProblem.WriteAsync(
                context,
                ApiProblem.Details(StatusCodes.Status503ServiceUnavailable, "stream_unavailable", "The stream cannot be read at the moment.", retry: true, valid: null),
                RetryAfter);
        }
        finally
        {
            slots.Return(holder);
        }
    }

    /// <summary>What the caller's parameters mean; null when they were refused, and the refusal was answered.</summary>
    private static async Task<StreamSubscription?> SubscribeAsync(HttpContext context, QueryStream query)
    {
        using var answer = await query.CheckAsync(context.Request.QueryString, context.TraceIdentifier, context.RequestAborted);
        var body = await answer.Content.ReadAsByteArrayAsync(context.RequestAborted);
        if (!answer.IsSuccessStatusCode)
        {
            // A problem is the caller's to see; a bare failure is the sidecar's.
            if (answer.Content.Headers.ContentType is not { MediaType: "application/problem+json" } type)
                throw new StreamSourceException($"Query answers {(int)answer.StatusCode}.");
            context.Response.StatusCode = (int)answer.StatusCode;
            context.Response.ContentType = type.ToString();
            if (answer.Headers.RetryAfter is { } retryAfter)
                context.Response.Headers.RetryAfter = retryAfter.ToString();
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
            return null;
        }

        using var document = JsonDocument.Parse(body);
        var root = document.RootElement;
        if (root.TryGetProperty("errors", out var errors) && errors.EnumerateObject().Where(error => Code(error) == "unknown_symbol").ToList() is { Count: > 0 } unknown)
            context.Response.Headers["X-Symbol-Errors"] = string.Join(", ", unknown.Select(error => $"{error.Name}={Code(error)}"));
        return new StreamSubscription(
            root.TryGetProperty("symbols", out var symbols) ? Texts(symbols) : null,
            Texts(root.GetProperty("intervals")));
    }

    private static string? Code(JsonProperty error) => error.Value.GetProperty("code").GetString();

    private static string[] Texts(JsonElement list) => [.. list.EnumerateArray().Select(item => item.GetString()!)];

    private static async Task OpenAsync(HttpContext context)
    {
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        context.Response.ContentType = EventStream;
        context.Response.Headers.CacheControl = "no-store";

        // Of proxies in between, nginx at least keeps events back unless told otherwise.
        context.Response.Headers["X-Accel-Buffering"] = "no";
        await context.Response.StartAsync(context.RequestAborted);
    }

    private static bool MayBeEventStream(HttpRequest request) =>
        request.Headers.Accept.Count == 0
        || !MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var wishes)
        || wishes.Any(wish => new MediaTypeHeaderValue(EventStream).IsSubsetOf(new MediaTypeHeaderValue(wish.MediaType)) && wish.Quality != 0);

    private static Task RefuseForNowAsync(HttpContext context, StreamSlot slot, StreamMetrics metrics)
    {
        var (status, code, detail) = slot == StreamSlot.TokenFull
            ? (StatusCodes.Status429TooManyRequests, "too_many_streams", "Too many streams are open with this token; close one, or follow more symbols in one.")
            : (StatusCodes.Status503ServiceUnavailable, "streams_exhausted", "As many streams are open here as this replica takes.");
        metrics.Refused(code);
        return ApiProblem.WriteAsync(context, ApiProblem.Details(status, code, detail, retry: true, valid: null), RetryAfterFull);
    }

    private static Task RefuseAsync(HttpContext context, int status, string code, string detail, object valid) =>
        ApiProblem.WriteAsync(context, ApiProblem.Details(status, code, detail, retry: false, valid));
}
