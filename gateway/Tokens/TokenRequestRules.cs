using System.Security.Claims;
using StocksDapr.Gateway.Access;
using StocksDapr.ServiceDefaults.Http;

namespace StocksDapr.Gateway.Tokens;

/// <summary>What may be asked for when a token is made. Nobody hands out more than they have.</summary>
internal static class TokenRequestRules
{
    private const int MaxName = 100;
    private const int MaxRequestsPerMinute = 1_000_000_000;

    /// <summary>The problem with the request; null when there is none.</summary>
    /// <param name="request">The request, with what was left out filled in.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="shown">The token that the caller shows; null for a caller with a password or the machine's key.</param>
    public static IResult? Check(TokenEndpoints.TokenRequest request, ClaimsPrincipal caller, TokenRecord? shown, DateTimeOffset now)
    {
        if (request.Name is { Length: 0 or > MaxName } || request.Name?.Any(char.IsControl) == true)
            return ApiProblem.BadRequest("bad_name", "The token's name is empty, too long or has control characters.", new { name = $"1 to {MaxName} characters" });
        if (request.Scopes is not { Count: > 0 } scopes || scopes.Any(scope => !Scopes.All.Contains(scope)))
            return ApiProblem.BadRequest("bad_scopes", "A token has at least one scope, and only scopes that exist.", new { scopes = Scopes.All });
        if (request.ExpiresAt is { } expiry && expiry <= now)
            return ApiProblem.BadRequest("bad_expiry", "expiresAt has passed.", new { expiresAt = "an instant to come, such as 2030-01-01T00:00:00Z, or nothing for never" });
        if (request.RequestsPerMinute is < 0 or > MaxRequestsPerMinute)
            return ApiProblem.BadRequest("bad_rate", "requestsPerMinute is out of range.", new { requestsPerMinute = "0 for no limit, or 1 to 1,000,000,000" });

        return Caller.Has(caller, Scopes.Admin) ? null : Escalation(request, scopes, shown);
    }

    private static IResult? Escalation(TokenEndpoints.TokenRequest request, IReadOnlyList<string> scopes, TokenRecord? shown)
    {
        if (scopes.Contains(Scopes.Admin))
            return Forbidden("Only an administrator can make a token with the scope 'admin'.");
        if (request.RequestsPerMinute != shown?.RequestsPerMinute)
            return Forbidden("Only an administrator can give a token its own rate limit.");
        if (shown is null)
            return null;
        if (scopes.FirstOrDefault(scope => !shown.Scopes.Contains(scope)) is { } missing)
            return Forbidden($"The token that you show does not have the scope '{missing}' itself.");
        return shown.ExpiresAt is { } end && (request.ExpiresAt is null || request.ExpiresAt > end)
            ? Forbidden("The new token would outlive the one that you show.")
            : null;
    }

    private static IResult Forbidden(string detail) => ApiProblem.Of(StatusCodes.Status403Forbidden, "missing_scope", detail);
}
