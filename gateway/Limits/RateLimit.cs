using System.Globalization;
using System.Net;
using System.Net.Sockets;
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
    /// <summary>Of an IPv6 address the network counts, of which one caller has as many addresses as they like.</summary>
    private const int NetworkBytes = 8;

    private readonly RateLimitOptions _options = options.Value;

    public Task InvokeAsync(HttpContext context)
    {
        var token = (context.User as TokenPrincipal)?.Token;
        if ((token is null && context.User.Identity?.IsAuthenticated == true) || IsProbe(context.Request.Path))
            return next(context);

        var limit = token is null ? _options.AnonymousRequestsPerMinute : token.RequestsPerMinute ?? _options.RequestsPerMinute;
        if (limit == 0)
            return next(context);

        var (count, secondsLeft) = windows.Count(token is null ? KeyOf(context.Connection.RemoteIpAddress) : token.Id);
        var standing = new Standing(context.Response.Headers, limit, Math.Max(0, limit - count), secondsLeft);

        // Written last, since an error on the way clears the headers.
        context.Response.OnStarting(static state => ((Standing)state).WriteAsync(), standing);
        return count <= limit ? next(context) : RefuseAsync(context, standing);
    }

    // Whoever watches the gateway must not be locked out by others who come from the same address.
    private static bool IsProbe(PathString path) => path == "/healthz" || path == "/readyz" || path == "/metrics";

    private static object KeyOf(IPAddress? address)
    {
        if (address is null)
            return "";
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, NetworkBytes)) : address;
    }

    private Task RefuseAsync(HttpContext context, Standing standing)
    {
        metrics.CountLimited();
        return ApiProblem.WriteAsync(
            context,
            ApiProblem.Details(
                StatusCodes.Status429TooManyRequests,
                "too_many_requests",
                string.Create(CultureInfo.InvariantCulture, $"The limit is {standing.Limit:N0} requests a minute; it begins anew in {standing.SecondsLeft} s."),
                retry: true,
                valid: new { requestsPerMinute = standing.Limit }),
            TimeSpan.FromSeconds(standing.SecondsLeft));
    }

    private sealed class Standing(IHeaderDictionary headers, int limit, int remaining, int secondsLeft)
    {
        public int Limit => limit;

        public int SecondsLeft => secondsLeft;

        public Task WriteAsync()
        {
            headers["RateLimit-Limit"] = limit.ToString(CultureInfo.InvariantCulture);
            headers["RateLimit-Remaining"] = remaining.ToString(CultureInfo.InvariantCulture);
            headers["RateLimit-Reset"] = secondsLeft.ToString(CultureInfo.InvariantCulture);
            return Task.CompletedTask;
        }
    }
}
