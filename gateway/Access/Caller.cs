using System.Security.Claims;
using StocksDapr.Gateway.Accounts;
using StocksDapr.Gateway.Tokens;

namespace StocksDapr.Gateway.Access;

/// <summary>Who a request comes from, as claims: account, scopes, and the token where there is one.</summary>
internal static class Caller
{
    public const string ScopeClaim = "scope";
    private const string TokenClaim = "token";

    public static TokenPrincipal FromToken(TokenRecord token, string scheme)
    {
        var identity = new ClaimsIdentity(scheme);
        identity.AddClaim(new Claim(ClaimTypes.Name, token.Account));
        identity.AddClaim(new Claim(TokenClaim, token.Id));
        foreach (var scope in token.Scopes)
            identity.AddClaim(new Claim(ScopeClaim, scope));
        return new TokenPrincipal(token, identity);
    }

    /// <summary>Signed in with name and password: may handle the account's own tokens, and administer if the account may.</summary>
    public static ClaimsPrincipal FromAccount(string name, bool isAdministrator, string scheme)
    {
        var identity = new ClaimsIdentity(scheme);
        identity.AddClaim(new Claim(ClaimTypes.Name, name));
        if (isAdministrator)
            identity.AddClaim(new Claim(ScopeClaim, Scopes.Admin));
        return new ClaimsPrincipal(identity);
    }

    public static ClaimsPrincipal Local(string scheme) => FromAccount(Account.Local, isAdministrator: true, scheme);

    public static string AccountOf(ClaimsPrincipal user) => user.Identity?.Name ?? throw new InvalidOperationException("The request has no caller.");

    /// <summary>The id of the token that the caller shows; null for a caller with a password or the machine's key.</summary>
    public static string? TokenOf(ClaimsPrincipal user) => user.FindFirst(TokenClaim)?.Value;

    public static bool Has(ClaimsPrincipal user, string scope) => user.HasClaim(ScopeClaim, scope);
}
