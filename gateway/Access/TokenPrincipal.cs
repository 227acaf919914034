using System.Security.Claims;
using StocksDapr.Gateway.Tokens;

namespace StocksDapr.Gateway.Access;

/// <summary>The caller behind a token. Made once per answer of the state store and shared by the requests that show the token, so never changed.</summary>
internal sealed class TokenPrincipal(TokenRecord token, ClaimsIdentity identity) : ClaimsPrincipal(identity)
{
    public TokenRecord Token { get; } = token;
}
