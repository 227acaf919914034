namespace StocksDapr.Gateway.Tokens;

/// <summary>What is kept of a token. Times are UTC.</summary>
/// <param name="Id">The part of the token that may be shown.</param>
/// <param name="Hash">SHA-256 of the token's text.</param>
/// <param name="Account">Whose token it is.</param>
/// <param name="Name">What its owner calls it.</param>
/// <param name="Scopes">What it allows.</param>
/// <param name="ExpiresAt">From when on it is worthless; null for never.</param>
/// <param name="RequestsPerMinute">Its own rate limit, 0 for none; null for the usual one.</param>
internal sealed record TokenRecord(
    string Id,
    byte[] Hash,
    string Account,
    string Name,
    IReadOnlyList<string> Scopes,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt,
    int? RequestsPerMinute);
