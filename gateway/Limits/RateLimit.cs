using System.Globalization;
using Microsoft.Extensions.Options;
using StocksDapr.Gateway.Access;
using StocksDapr.ServiceDefaults.Http;

namespace StocksDapr.Gateway.Limits;

/// <summary>
/// Holds each token, and each address without one, to its requests per minute, and says on every answer where it stands
/// (<c>RateLimit-Limit</c>, <c>-Remaining</c>, <c>-Reset</c> in seconds, as in the IETF's RateLimit header fields draft).
/// </summary>
internal sealed class RateLimit(RequestDelegate next, MinuteWindows windows, IOptions<RateLimitOptions> options, Metrics metrics)
{
    private readonly RateLimitOptions _options = options.Value;

    public Task InvokeAsync(HttpContext context)
    {
        var token = Caller.TokenOf(context.User);
        var isSignedIn = context.User.Identity?.IsAuthenticated == true;
        if (isSignedIn && token is null)
            return next(context);

        var limit = isSignedIn ? Caller.RateOf(context.User) ?? _options.RequestsPerMinute : _options.AnonymousRequestsPerMinute;
        if (limit == 0)
            return next(context);

        var (count, secondsLeft) = windows.Count(token ?? $"address {context.Connection.RemoteIpAddress}");
        var headers = context.Response.Headers;
        headers["RateLimit-Limit"] = limit.ToString(CultureInfo.InvariantCulture);
        headers["RateLimit-Remaining"] = Math.Max(0, limit - count).ToString(CultureInfo.InvariantCulture);
        headers["RateLimit-Reset"] = secondsLeft.ToString(CultureInfo.InvariantCulture);
        if (count <= limit)
            return next(context);

        metrics.CountLimited();
        return ApiProblem.WriteAsync(
            context,
            ApiProblem.Details(
                StatusCodes.Status429TooManyRequests,
                "too_many_requests",
                $"The limit is {limit.ToString("N0", CultureInfo.InvariantCulture)} requests a minute; it begins anew in {secondsLeft} s.",
                retry: true,
                valid: new { requestsPerMinute = limit }),
            TimeSpan.FromSeconds(secondsLeft));
    }
}
