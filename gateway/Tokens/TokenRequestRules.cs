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
    public static IResult? Check(TokenEndpoints.TokenRequest request, ClaimsPrincipal caller, DateTimeOffset now)
    {
        var isAdministrator = Caller.Has(caller, Scopes.Admin);
        if (request.Name is { Length: 0 or > MaxName })
            return ApiProblem.BadRequest("bad_name", "The token's name is empty or too long.", new { name = $"1 to {MaxName} characters" });

        if (request.Scopes is { } scopes)
        {
            if (scopes.Count == 0 || scopes.FirstOrDefault(scope => !Scopes.All.Contains(scope)) is not null)
                return ApiProblem.BadRequest("bad_scopes", "A token has at least one scope, and only scopes that exist.", new { scopes = Scopes.All });
            if (scopes.Contains(Scopes.Admin) && !isAdministrator)
                return ApiProblem.Of(StatusCodes.Status403Forbidden, "missing_scope", "Only an administrator can make a token with the scope 'admin'.");
            if (Caller.TokenOf(caller) is not null && !isAdministrator && scopes.FirstOrDefault(scope => !Caller.Has(caller, scope)) is { } missing)
                return ApiProblem.Of(StatusCodes.Status403Forbidden, "missing_scope", $"The token that you show does not have the scope '{missing}' itself.");
        }

        if (request.ExpiresAt is { } expiry && expiry <= now)
            return ApiProblem.BadRequest("bad_expiry", "expiresAt has passed.", new { expiresAt = "an instant to come, such as 2030-01-01T00:00:00Z, or nothing for never" });

        return request.RequestsPerMinute switch
        {
            null => null,
            < 0 or > MaxRequestsPerMinute => ApiProblem.BadRequest("bad_rate", "requestsPerMinute is out of range.", new { requestsPerMinute = "0 for no limit, or 1 to 1,000,000,000" }),
            _ when !isAdministrator => ApiProblem.Of(StatusCodes.Status403Forbidden, "missing_scope", "Only an administrator can give a token its own rate limit."),
            _ => null,
        };
    }
}
