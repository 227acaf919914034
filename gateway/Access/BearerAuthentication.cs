using System.Text.Encodings.Web;
using Dapr;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using StocksDapr.Gateway.Tokens;
using StocksDapr.ServiceDefaults.Http;

namespace StocksDapr.Gateway.Access;

/// <summary>Reads <c>Authorization: Bearer …</c>. Only a header counts: a token in a URL ends up in logs.</summary>
internal sealed class BearerAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder,
    TokenValidator validator,
    LastUses lastUses,
    LocalAdministrator localAdministrator)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Bearer";

    private const string Prefix = "Bearer ";

    /// <summary>Set on the request when the state store could not be asked about its token.</summary>
    private static readonly object Undecided = new();

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Headers.Authorization is not [{ } header] || !header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            return AuthenticateResult.NoResult();

        var text = header[Prefix.Length..].Trim();
        if (localAdministrator.Accepts(text, Context.Connection.RemoteIpAddress))
            return Success(new AuthenticationTicket(Caller.Local(Scheme.Name), Scheme.Name));

        try
        {
            if (await validator.ValidateAsync(text, Context.RequestAborted) is not { } token)
                return AuthenticateResult.Fail("The token is unknown, revoked or expired.");

            lastUses.Note(token.Id);
            return Success(new AuthenticationTicket(Caller.FromToken(token, Scheme.Name), Scheme.Name));
        }
        catch (DaprException e)
        {
            Logger.TokenNotChecked(e.Message);
            Context.Items[Undecided] = true;
            return AuthenticateResult.Fail("The token could not be checked.");
        }
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (Context.Items.ContainsKey(Undecided))
        {
            return ApiProblem.WriteAsync(
                Context,
                ApiProblem.Details(StatusCodes.Status503ServiceUnavailable, "tokens_unavailable", "Tokens cannot be checked at the moment.", retry: true, valid: null),
                TimeSpan.FromSeconds(1));
        }

        Response.Headers.WWWAuthenticate = Request.Headers.Authorization.Count == 0 ? "Bearer" : "Bearer error=\"invalid_token\"";
        var (code, detail) = Request.Headers.Authorization.Count == 0
            ? ("no_token", "This needs a token.")
            : ("invalid_token", "The token is not one of ours, or it has been revoked or has expired.");
        return ApiProblem.WriteAsync(
            Context,
            ApiProblem.Details(
                StatusCodes.Status401Unauthorized,
                code,
                detail,
                retry: false,
                valid: new { header = "Authorization: Bearer sdt_…", obtain = "POST /api/v1/tokens with your name and password (Basic), or ./stocks token on the machine itself" }));
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        ApiProblem.WriteAsync(
            Context,
            ApiProblem.Details(
                StatusCodes.Status403Forbidden,
                "missing_scope",
                "The token does not allow this.",
                retry: false,
                valid: new { scopes = Context.GetEndpoint()?.Metadata.GetOrderedMetadata<Microsoft.AspNetCore.Authorization.IAuthorizeData>().Select(data => data.Policy).OfType<string>() }));

    private static AuthenticateResult Success(AuthenticationTicket ticket) => AuthenticateResult.Success(ticket);
}
