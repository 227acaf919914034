using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;
using Dapr;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using StocksDapr.Gateway.Accounts;

namespace StocksDapr.Gateway.Access;

/// <summary>Reads <c>Authorization: Basic …</c>, with which an account handles its tokens and nothing else.</summary>
internal sealed class PasswordAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, AccountStore store, Passwords passwords, SignInAttempts attempts)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Basic";

    private const string Prefix = "Basic ";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Headers.Authorization is not [{ } header] || !header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            return AuthenticateResult.NoResult();
        if (Read(header.AsSpan(Prefix.Length).Trim()) is not var (name, password))
            return AuthenticateResult.Fail("The header is not name:password in base64.");
        if (!attempts.MayTry(Context.Connection.RemoteIpAddress, name))
            return AuthenticateResult.Fail("Too many wrong passwords; wait a minute.");

        try
        {
            var account = await store.FindAsync(name, Context.RequestAborted);
            if (!passwords.Verify(account, password) || account is null)
            {
                attempts.NoteFailure(Context.Connection.RemoteIpAddress, name);
                return AuthenticateResult.Fail("Name or password is wrong.");
            }

            return AuthenticateResult.Success(
                new AuthenticationTicket(Caller.FromAccount(account.Name, account.IsAdministrator, Scheme.Name), Scheme.Name));
        }
        catch (DaprException e)
        {
            Logger.TokenNotChecked(e.Message);
            return AuthenticateResult.Fail("Accounts cannot be checked at the moment.");
        }
    }

    /// <summary>The answer to a failure is the bearer scheme's, which runs beside this one.</summary>
    protected override Task HandleChallengeAsync(AuthenticationProperties properties) => Task.CompletedTask;

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => Task.CompletedTask;

    private static (string Name, string Password)? Read(ReadOnlySpan<char> base64)
    {
        if (base64.Length > 1024)
            return null;

        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(base64.Length)];
        if (!Convert.TryFromBase64Chars(base64, bytes, out var length))
            return null;

        var text = Encoding.UTF8.GetString(bytes.AsSpan(0, length));
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon <= 0 ? null : (AccountName.Normalize(text[..colon]), text[(colon + 1)..]);
    }
}
