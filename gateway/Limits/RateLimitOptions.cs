using System.ComponentModel.DataAnnotations;

namespace StocksDapr.Gateway.Limits;

/// <summary>Section <c>RateLimit</c>. The limits hold per replica of the gateway.</summary>
internal sealed class RateLimitOptions
{
    /// <summary>Requests per minute and token that has no limit of its own; 0 for no limit.</summary>
    [Range(0, 1_000_000_000)]
    public int RequestsPerMinute { get; set; } = 6_000;

    /// <summary>Requests per minute and address that come without a valid token; 0 for no limit.</summary>
    [Range(0, 1_000_000_000)]
    public int AnonymousRequestsPerMinute { get; set; } = 300;
}
