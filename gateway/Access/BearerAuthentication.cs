using System.Text.Encodings.Web;
using Dapr;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
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
    LocalAdministrator localAdministrator,
    TimeProvider time)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Bearer";

    private const string Prefix = "Bearer ";

    /// <summary>The text of the token by which a request was let in.</summary>
    public static string ShownBy(HttpContext context) =>
        context.Request.Headers.Authorization is [{ } header] && header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
            ? header[Prefix.Length..].Trim()
            : throw new InvalidOperationException("The request shows no token.");

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Headers.Authorization is not [{ } header] || !header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            return Task.FromResult(AuthenticateResult.NoResult());

        var text = header.AsSpan(Prefix.Length).Trim();
        return AccessToken.IsShaped(text) ? CheckTokenAsync(text) : Task.FromResult(CheckKey(text));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) => Refusals.WriteAsync(Context, time);

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        ApiProblem.WriteAsync(
            Context,
            ApiProblem.Details(
                StatusCodes.Status403Forbidden,
                "missing_scope",
                "The token does not allow this.",
                retry: false,
                valid: new { scopes = Context.GetEndpoint()?.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(data => data.Policy).OfType<string>() ?? [] }));

    private Task<AuthenticateResult> CheckTokenAsync(ReadOnlySpan<char> text)
    {
        var checking = validator.ValidateAsync(text, Context.RequestAborted);
        return checking.IsCompletedSuccessfully ? Task.FromResult(Judge(checking.Result)) : JudgeAsync(checking);
    }

    private async Task<AuthenticateResult> JudgeAsync(ValueTask<TokenPrincipal?> checking)
    {
        try
        {
            return Judge(await checking);
        }
        catch (DaprException)
        {
            Refusals.Note(Context, Refusal.Undecided);
            return AuthenticateResult.Fail("The token could not be checked.");
        }
    }

    private AuthenticateResult Judge(TokenPrincipal? caller)
    {
        if (caller is null)
            return AuthenticateResult.Fail("The token is unknown, revoked or expired.");

        lastUses.Note(caller.Token.Id);
        return AuthenticateResult.Success(new AuthenticationTicket(caller, SchemeName));
    }

    private AuthenticateResult CheckKey(ReadOnlySpan<char> text) =>
        localAdministrator.Accepts(text, Context.Connection.RemoteIpAddress)
            ? AuthenticateResult.Success(new AuthenticationTicket(Caller.Local(SchemeName), SchemeName))
            : AuthenticateResult.Fail("This is no token.");
}
