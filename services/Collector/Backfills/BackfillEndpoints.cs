using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using StocksDapr.Collector.Collection;
using StocksDapr.Collector.Imports;
using StocksDapr.Collector.Parts;
using StocksDapr.ServiceDefaults.Http;

namespace StocksDapr.Collector.Backfills;

/// <summary><c>POST /backfills</c> and what can be done to one. Reading them is Query's business.</summary>
internal static class BackfillEndpoints
{
    private const int MaxBodyBytes = 64 * 1024;
    private const string ReceiptPath = "/api/v1/backfills/";

    public static void MapBackfills(this IEndpointRouteBuilder app)
    {
        app.MapPost("/backfills", PostAsync)
            .WithName("PostBackfill")
            .WithTags("Backfills")
            .WithSummary("Get a range of bars from a provider")
            .WithDescription(
                $"Asks a provider for the bars of up to {BackfillReader.MaxSymbols} symbols in a range of days, part by part, and stores them; live data goes first. Answers at once; how far it is, what "
                + "became of each symbol and what it cost is at Location. It survives restarts. Header: Idempotency-Key (for 30 days the same key with the same body is the same backfill, and a conflict with another one).")
            .Accepts<BackfillBody>("application/json")
            .WithMetadata(new RequestSizeLimitAttribute(MaxBodyBytes))
            .Produces<BackfillAccepted>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

        Map(app, "pause", "PauseBackfill", "Pause a backfill: parts under way end, no others begin", (control, id, cancellation) => control.PauseAsync(id, cancellation));
        Map(app, "resume", "ResumeBackfill", "Let a paused backfill go on", (control, id, cancellation) => control.ResumeAsync(id, cancellation));
        Map(app, "cancel", "CancelBackfill", "End a backfill; what is stored stays", (control, id, cancellation) => control.CancelAsync(id, cancellation));
    }

    private static void Map(
        IEndpointRouteBuilder app, string verb, string name, string summary, Func<BackfillControl, string, CancellationToken, Task<IResult>> act) =>
        app.MapPost($"/backfills/{{id}}/{verb}", (string id, BackfillControl control, CancellationToken cancellationToken) => act(control, id, cancellationToken))
            .WithName(name)
            .WithTags("Backfills")
            .WithSummary(summary)
            .WithDescription("May be sent again: what is so already stays so.")
            .Produces<BackfillAccepted>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> PostAsync(
        HttpRequest request, BackfillReader reader, BackfillControl control, IOptions<CollectionOptions> options, TimeProvider time, CancellationToken cancellationToken)
    {
        if (ImportParameterReader.TryReadIdempotencyKey(request, out var key) is { } badKey)
            return badKey;
        if (!request.HasJsonContentType())
            return ApiProblem.Of(StatusCodes.Status415UnsupportedMediaType, "unsupported_media_type", "The body is JSON.", valid: new { contentType = "application/json" });

        JsonElement body;
        try
        {
            using var document = await JsonDocument.ParseAsync(request.Body, cancellationToken: cancellationToken);
            RequireText(document.RootElement);
            body = document.RootElement.Clone();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return ApiProblem.BadRequest("bad_json", $"The JSON body cannot be read: {e.Message}", BackfillReader.Example);
        }

        var (order, problem) = await reader.ReadAsync(body, PartPatience.Of(options.Value), cancellationToken);
        return order is null ? problem! : await control.StartAsync(key, BackfillReader.IdOf(key, order, time), order, ReceiptPath, cancellationToken);
    }

    /// <summary>The parser takes half a surrogate pair and bytes that are no UTF-8; whoever reads such a text gets an exception.</summary>
    /// <exception cref="InvalidOperationException">A name or a text is no Unicode.</exception>
    private static void RequireText(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.String:
                _ = json.GetString();
                break;
            case JsonValueKind.Array:
                foreach (var item in json.EnumerateArray())
                    RequireText(item);
                break;
            case JsonValueKind.Object:
                foreach (var property in json.EnumerateObject())
                {
                    _ = property.Name;
                    RequireText(property.Value);
                }

                break;
        }
    }
}
