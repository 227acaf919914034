using StocksDapr.Gateway.Tokens;

namespace StocksDapr.Gateway.Access;

/// <summary>
/// Marks an endpoint that also takes a token from its address (<c>?access_token=</c>, RFC 6750, section 2.3): a browser's <c>EventSource</c> sends no headers of
/// ours. Addresses end up in logs and histories, so such a token must be one that does little harm there: it may read and nothing else, and was made for a day.
/// </summary>
internal sealed class TokenInAddress
{
    public const string Parameter = "access_token";

    /// <summary>A day, and an hour for clocks that differ.</summary>
    private static readonly TimeSpan LongestLife = TimeSpan.FromHours(25);

    /// <summary>The token in a request's address, where one counts; null otherwise.</summary>
    public static string? Of(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<TokenInAddress>() is not null && context.Request.Query[Parameter] is [{ Length: > 0 } shown] ? shown : null;

    public static bool Allows(TokenRecord token) => token.Scopes is [Scopes.Read] && token.ExpiresAt - token.CreatedAt <= LongestLife;
}
