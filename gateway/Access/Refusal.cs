using Microsoft.AspNetCore.Mvc;
using StocksDapr.ServiceDefaults.Http;

namespace StocksDapr.Gateway.Access;

/// <summary>Why a request has no caller, and what it is told. The schemes note it; whoever challenges the request writes it.</summary>
internal enum Refusal
{
    /// <summary>Nothing was shown.</summary>
    NothingShown,

    /// <summary>A token that is unknown, revoked, expired or no token at all.</summary>
    InvalidToken,

    /// <summary>A name and password that do not go together.</summary>
    WrongPassword,

    /// <summary>Too many wrong passwords.</summary>
    TooManyAttempts,

    /// <summary>The state store could not be asked: what was shown is neither valid nor invalid.</summary>
    Undecided,
}

/// <summary>Keeps the refusal with its request.</summary>
internal static class Refusals
{
    private static readonly object Key = new();
    private static readonly TimeSpan StoreRetry = TimeSpan.FromSeconds(1);

    public static void Note(HttpContext context, Refusal refusal) => context.Items[Key] = refusal;

    /// <summary>Answers a request that has no caller but needs one.</summary>
    public static Task WriteAsync(HttpContext context, TimeProvider time)
    {
        var refusal = context.Items.TryGetValue(Key, out var noted) && noted is Refusal known ? known
            : context.Request.Headers.Authorization.Count > 0 ? Refusal.InvalidToken
            : Refusal.NothingShown;
        switch (refusal)
        {
            case Refusal.Undecided:
                return ApiProblem.WriteAsync(
                    context,
                    ApiProblem.Details(StatusCodes.Status503ServiceUnavailable, "tokens_unavailable", "Tokens and passwords cannot be checked at the moment.", retry: true, valid: null),
                    StoreRetry);
            case Refusal.TooManyAttempts:
                return ApiProblem.WriteAsync(
                    context,
                    ApiProblem.Details(StatusCodes.Status429TooManyRequests, "too_many_attempts", "Too many wrong passwords; wait until the minute is over.", retry: true, valid: null),
                    TimeSpan.FromSeconds(SignInAttempts.SecondsLeft(time)));
            case Refusal.WrongPassword:
                context.Response.Headers.WWWAuthenticate = "Basic realm=\"StocksDapr tokens\", charset=\"UTF-8\"";
                return ApiProblem.WriteAsync(context, Unauthorized("wrong_password", "Name or password is wrong."));
            case Refusal.InvalidToken:
                context.Response.Headers.WWWAuthenticate = "Bearer error=\"invalid_token\"";
                return ApiProblem.WriteAsync(context, Unauthorized("invalid_token", "The token is not one of ours, or it has been revoked or has expired."));
            default:
                context.Response.Headers.WWWAuthenticate = "Bearer";
                return ApiProblem.WriteAsync(context, Unauthorized("no_token", "This needs a token."));
        }
    }

    private static ProblemDetails Unauthorized(string code, string detail) => ApiProblem.Details(
        StatusCodes.Status401Unauthorized,
        code,
        detail,
        retry: false,
        valid: new { header = "Authorization: Bearer sdt_…", obtain = "POST /api/v1/tokens with your name and password (Basic), or ./stocks token on the machine itself" });
}
