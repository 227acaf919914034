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

    /// <summary>Longest header value that can hold a valid name and password.</summary>
    private const int MaxEncoded = 1024;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Headers.Authorization is not [{ } header] || !header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            return AuthenticateResult.NoResult();
        if (Read(header.AsSpan(Prefix.Length).Trim()) is not var (name, password))
            return Refuse(Refusal.WrongPassword);

        var from = Context.Connection.RemoteIpAddress;
        if (!attempts.TryBegin(from, name))
            return Refuse(Refusal.TooManyAttempts);

        try
        {
            var account = await store.FindAsync(name, Context.RequestAborted);
            if (await passwords.VerifyAsync(account, password, Context.RequestAborted) is not { } verified)
                return Refuse(Refusal.Undecided);
            if (!verified || account is null)
                return Refuse(Refusal.WrongPassword);

            attempts.Succeeded(from, name);
            return AuthenticateResult.Success(
                new AuthenticationTicket(Caller.FromAccount(account.Name, account.IsAdministrator, Scheme.Name), Scheme.Name));
        }
        catch (DaprException e)
        {
            Logger.PasswordNotChecked(e.Message);
            return Refuse(Refusal.Undecided);
        }
    }

    /// <summary>The bearer scheme, which runs beside this one, writes the answer to a refusal.</summary>
    protected override Task HandleChallengeAsync(AuthenticationProperties properties) => Task.CompletedTask;

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => Task.CompletedTask;

    private AuthenticateResult Refuse(Refusal refusal)
    {
        Refusals.Note(Context, refusal);
        return AuthenticateResult.Fail("Not signed in.");
    }

    /// <summary>Null when it is not base64 of <c>name:password</c> with a name that an account can have.</summary>
    private static (string Name, string Password)? Read(ReadOnlySpan<char> base64)
    {
        if (base64.Length > MaxEncoded)
            return null;

        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(base64.Length)];
        if (!Convert.TryFromBase64Chars(base64, bytes, out var length))
            return null;

        var text = Encoding.UTF8.GetString(bytes.AsSpan(0, length));
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0)
            return null;

        var name = AccountName.Normalize(text[..colon]);
        return AccountName.IsValid(name) ? (name, text[(colon + 1)..]) : null;
    }
}
