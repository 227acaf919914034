using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Dapr.AspNetCore;

/// <summary>
/// Puts the payload of a CloudEvent in the place of its envelope: body and content type of the request change for the rest of
/// the pipeline. An envelope that cannot be read is answered with 400.
/// </summary>
internal sealed class CloudEventsMiddleware(RequestDelegate next, CloudEventsMiddlewareOptions options)
{
    private const string EnvelopeType = "application/cloudevents+json";

    public async Task InvokeAsync(HttpContext context)
    {
        if (!IsEnvelope(context.Request.ContentType, out var charset))
        {
            await next(context);
            return;
        }

        try
        {
            using var envelope = await ReadAsync(context, charset);
            if (envelope is null || !CloudEventPayload.TryRead(envelope.RootElement, options, out var payload))
            {
                context.Response.StatusCode = StatusCodes.Status400BadRequest;
                return;
            }

            CloudEventHeaders.Forward(envelope.RootElement, context.Request.Headers, options);
            await ContinueAsync(context, payload);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested && context.Response.HasStarted)
        {
            // The sidecar went away in the middle of the answer: nobody is left to be told.
        }
    }

    private async Task ContinueAsync(HttpContext context, CloudEventPayload payload)
    {
        var (body, contentType) = (context.Request.Body, context.Request.ContentType);
        try
        {
            context.Request.Body = new MemoryStream(payload.Body, writable: false);
            context.Request.ContentType = payload.ContentType;
            await next(context);
        }
        finally
        {
            context.Request.ContentType = contentType;
            context.Request.Body = body;
        }
    }

    private static async Task<JsonDocument?> ReadAsync(HttpContext context, Encoding? charset)
    {
        if (charset is null) return null;
        try
        {
            if (charset is UTF8Encoding) return await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
            using var reader = new StreamReader(context.Request.Body, charset, leaveOpen: true);
            return JsonDocument.Parse(await reader.ReadToEndAsync(context.RequestAborted));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Whether the body is an envelope, and in which encoding; an encoding that we do not know is null.</summary>
    private static bool IsEnvelope(string? contentType, out Encoding? charset)
    {
        charset = null;
        if (contentType is null
            || !contentType.StartsWith(EnvelopeType, StringComparison.Ordinal)
            || !MediaTypeHeaderValue.TryParse(contentType, out var parsed)
            || !parsed.MediaType.Equals(EnvelopeType, StringComparison.Ordinal))
        {
            return false;
        }

        charset = parsed.Charset.Length == 0 ? Encoding.UTF8 : parsed.Encoding;
        return true;
    }
}
