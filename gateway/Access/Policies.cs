using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using StocksDapr.Gateway.Accounts;
using StocksDapr.Gateway.Tokens;

namespace StocksDapr.Gateway.Access;

/// <summary>
/// Who may do what. An endpoint that says nothing of its own is refused to everybody. Where there is none, a caller is told so and a stranger
/// is not. That a path is asked with the wrong method or media type everybody may know.
/// </summary>
internal static class Policies
{
    /// <summary>Handling one's own tokens: with name and password, or with any valid token.</summary>
    public const string OwnTokens = "own-tokens";

    public static void AddAccess(this IServiceCollection services)
    {
        services.AddSingleton<AccountStore>();
        services.AddSingleton<Passwords>();
        services.AddSingleton<SignInAttempts>();
        services.AddSingleton<TokenValidator>();
        services.AddSingleton<LastUses>();
        services.AddHostedService(provider => provider.GetRequiredService<LastUses>());
        services.AddSingleton<LocalAdministrator>();
        services.AddHostedService(provider => provider.GetRequiredService<LocalAdministrator>());
        services.AddOptions<RegistrationOptions>().BindConfiguration("Registration");

        services.AddAuthentication(BearerAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, BearerAuthentication>(BearerAuthentication.SchemeName, null)
            .AddScheme<AuthenticationSchemeOptions, PasswordAuthentication>(PasswordAuthentication.SchemeName, null);
        var authorization = services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAssertion(MayBeTold).Build())
            .AddPolicy(OwnTokens, policy => policy
                .AddAuthenticationSchemes(BearerAuthentication.SchemeName, PasswordAuthentication.SchemeName)
                .RequireAuthenticatedUser());
        foreach (var scope in Scopes.All)
            authorization.AddPolicy(scope, policy => policy.RequireClaim(Caller.ScopeClaim, scope));
    }

    /// <summary>What routing puts in place of a 405 or 415 is an endpoint without a route, which does nothing but answer so.</summary>
    private static bool MayBeTold(AuthorizationHandlerContext context) =>
        context.Resource is HttpContext http
        && (http.GetEndpoint() is { } endpoint ? endpoint is not RouteEndpoint : context.User.Identity?.IsAuthenticated == true);
}
