using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace StocksDapr.ServiceDefaults.Http;

/// <summary>Takes over the request id that the gateway gave, so that one id names a request in every service's log and errors.</summary>
internal sealed class RequestId(RequestDelegate next)
{
    public const string Header = "x-request-id";

    private const int MaxLength = 64;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:");

    public Task InvokeAsync(HttpContext context)
    {
        if (context.Request.Headers[Header] is [{ Length: > 0 and <= MaxLength } id] && !id.AsSpan().ContainsAnyExcept(Allowed))
            context.TraceIdentifier = id;
        return next(context);
    }
}
