using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using StocksDapr.ServiceDefaults.Http;

namespace StocksDapr.Collector.Imports;

/// <summary><c>POST /imports</c> takes a file of bars in, <c>POST /bars</c> takes bars in.</summary>
internal static class ImportEndpoints
{
    private const string ReceiptPath = "/api/v1/imports/";

    public static IEndpointRouteBuilder MapImports(this IEndpointRouteBuilder app)
    {
        app.MapPost("/imports", PostImportAsync)
            .WithName("PostImport")
            .WithTags("Imports")
            .WithSummary("Import a CSV file of price bars")
            .WithDescription(
                "The body is the file itself: CSV, plain or gzip, of any size; columns, date formats, interval and order are recognised. Answers as soon as the "
                + "file is safe on disk; the receipt at Location tells what became of each row. Headers: X-File-Name (percent-encoded; AAPL.csv names the symbol of a "
                + "file without a column for it), Idempotency-Key (the same key with the same file is the same import).")
            .WithMetadata(new DisableRequestSizeLimitAttribute())
            .Produces<ImportReceipt>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .ProducesProblem(StatusCodes.Status507InsufficientStorage);

        app.MapPost("/bars", PostBarsAsync)
            .WithName("PostBars")
            .WithTags("Bars")
            .WithSummary("Store price bars")
            .WithDescription(
                $"Up to {DirectBars.MaxBars} bars of one interval as JSON. Waits until they are stored and answers with the receipt; answers 202 with the receipt's "
                + "Location when that takes longer than ten seconds.")
            .Accepts<DirectBarsBody>("application/json")
            .WithMetadata(new RequestSizeLimitAttribute(DirectBars.MaxBodyBytes))
            .Produces<ImportReceipt>()
            .Produces<ImportReceipt>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .ProducesProblem(StatusCodes.Status507InsufficientStorage);
        return app;
    }

    private static async Task<IResult> PostImportAsync(
        HttpRequest request,
        ImportIntake intake,
        ILogger<ImportIntake> logger,
        [FromQuery, Description("1min, 5min, 15min, 30min, 1h, 1d, 1wk or 1mo; told from the file when left out.")] string? interval,
        [FromQuery, Description("Name of the data's source; csv when left out.")] string? source,
        [FromQuery, Description("The symbol of all rows, for a file without a column for it.")] string? symbol,
        [FromQuery, Description("Which end of an intraday bar its time names: start or end; told from the file when left out.")] string? stamp,
        [FromQuery, Description("How to read 3/4/2017: mdy or dmy; told from the file when left out.")] string? dates,
        CancellationToken cancellationToken)
    {
        if (ImportParameterReader.TryRead(request, interval, source, symbol, stamp, dates, out var parameters) is { } badParameter)
            return badParameter;
        if (ImportParameterReader.TryReadIdempotencyKey(request, out var key) is { } badKey)
            return badKey;
        if (request.ContentType?.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase) is true)
            return ApiProblem.Of(
                StatusCodes.Status415UnsupportedMediaType, "unsupported_media_type", "Send the file itself as the body, not a form.",
                valid: new { curl = "curl --data-binary @AAPL.csv -H 'Content-Type: text/csv' …" });
        if (request.Headers.ContentEncoding is [var encoding, ..] && encoding?.ToLowerInvariant() is not (null or "" or "identity" or "gzip" or "x-gzip"))
            return ApiProblem.Of(
                StatusCodes.Status415UnsupportedMediaType, "unsupported_content_encoding", $"The body may be plain or gzip, not '{encoding}'.",
                valid: new { contentEncoding = "gzip" });

        return await TakeAsync(
            request.HttpContext, logger, () => intake.TakeAsync(request.Body, parameters, key, cancellationToken),
            async manifest => Accepted(manifest, await intake.AnnounceAsync(manifest, cancellationToken)));
    }

    private static async Task<IResult> PostBarsAsync(
        HttpRequest request, ImportIntake intake, IOptions<ImportOptions> options, ILogger<ImportIntake> logger, CancellationToken cancellationToken)
    {
        if (ImportParameterReader.TryReadIdempotencyKey(request, out var key) is { } badKey)
            return badKey;
        if (request.Headers.ContentEncoding is [var encoding, ..] && !string.IsNullOrEmpty(encoding) && encoding != "identity")
            return ApiProblem.Of(
                StatusCodes.Status415UnsupportedMediaType, "unsupported_content_encoding", "The body is plain JSON; send large amounts to POST /api/v1/imports, which takes gzip.");

        var (bars, problem) = await DirectBars.ReadAsync(request, cancellationToken);
        if (bars is null)
            return problem!;

        return await TakeAsync(
            request.HttpContext, logger,
            async () =>
            {
                await using var file = bars.ToFile();
                return await intake.TakeAsync(file, bars.Parameters, key, cancellationToken);
            },
            async manifest =>
            {
                var receipt = await intake.WaitAsync(manifest.Id, known => known.IsFinal, options.Value.DirectWait, cancellationToken);
                return receipt is { IsFinal: true } ? TypedResults.Ok(receipt.Json) : Accepted(manifest, receipt);
            });
    }

    private static async Task<IResult> TakeAsync(
        HttpContext context, ILogger logger, Func<Task<ImportManifest>> take, Func<ImportManifest, Task<IResult>> answer)
    {
        try
        {
            return await answer(await take());
        }
        catch (SpoolFullException e)
        {
            logger.ImportNotAccepted(e.Message);
            return ApiProblem.Of(
                StatusCodes.Status507InsufficientStorage, "disk_full", $"{e.Message} Nothing was accepted; try again when there is room.", retry: true);
        }
        catch (IOException e) when (context.RequestAborted.IsCancellationRequested && e is not BadHttpRequestException)
        {
            // The sender has gone; there is nobody to answer.
            logger.ImportNotAccepted("The body broke off.");
            return TypedResults.StatusCode(StatusCodes.Status499ClientClosedRequest);
        }
    }

    private static IResult Accepted(ImportManifest manifest, StoredReceipt? receipt)
    {
        var location = ReceiptPath + manifest.Id;
        return receipt is null ? TypedResults.Accepted(location, ImportReceipt.Accepted(manifest)) : TypedResults.Accepted(location, receipt.Json);
    }
}
