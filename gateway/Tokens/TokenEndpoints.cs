using Dapr;
using StocksDapr.Gateway.Access;
using StocksDapr.Gateway.Accounts;
using StocksDapr.ServiceDefaults.Http;

namespace StocksDapr.Gateway.Tokens;

/// <summary><c>/api/v1/tokens</c>: the caller's own tokens. A token is shown once, when it is made.</summary>
internal static class TokenEndpoints
{
    public static void MapTokens(this IEndpointRouteBuilder app)
    {
        var tokens = app.MapGroup("/api/v1/tokens").WithTags("Tokens").RequireAuthorization(Policies.OwnTokens);
        tokens.MapPost("", Add)
            .WithName("CreateToken")
            .WithSummary("Make a token; sign in with name and password (Basic)")
            .Produces<NewToken>(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden);
        tokens.MapGet("", List)
            .WithName("ListTokens")
            .WithSummary("The caller's tokens, without their secrets")
            .Produces<TokenList>();
        tokens.MapDelete("{id}", Revoke)
            .WithName("RevokeToken")
            .WithSummary("End a token; it is refused everywhere within a second")
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> Add(TokenRequest request, HttpContext context, AccountStore store, TimeProvider time, ILogger<AccountStore> logger)
    {
        var now = time.GetUtcNow();
        if (TokenRequestRules.Check(request, context.User, now) is { } problem)
            return problem;

        var (id, text) = AccessToken.Create();
        var record = new TokenRecord(
            id,
            AccessToken.Hash(text),
            Caller.AccountOf(context.User),
            request.Name ?? "token",
            [.. (request.Scopes ?? [Scopes.Read]).Distinct()],
            now,
            request.ExpiresAt?.ToUniversalTime(),
            request.RequestsPerMinute);
        try
        {
            if (!await store.AddTokenAsync(record, context.RequestAborted))
            {
                return ApiProblem.Conflict(
                    "too_many_tokens", $"An account has at most {Account.MaxTokens} tokens; revoke one that is not used any more.");
            }
        }
        catch (DaprException)
        {
            return Unavailable();
        }

        logger.TokenMade(record.Account, record.Id, record.Scopes);
        return TypedResults.Created((string?)null, new NewToken(text, TokenView.Of(record, lastUsedAt: null)));
    }

    private static async Task<IResult> List(HttpContext context, AccountStore store, LastUses lastUses)
    {
        try
        {
            var account = await store.FindAsync(Caller.AccountOf(context.User), context.RequestAborted);
            var tokens = account is null ? [] : await store.TokensOfAsync(account, context.RequestAborted);
            return TypedResults.Ok(new TokenList([.. tokens.Select(item => TokenView.Of(item.Token, lastUses.Of(item.Token.Id) ?? item.LastUsedAt))]));
        }
        catch (DaprException)
        {
            return Unavailable();
        }
    }

    private static async Task<IResult> Revoke(string id, HttpContext context, AccountStore store, TokenValidator validator, ILogger<AccountStore> logger)
    {
        // Whoever has the token at hand rather than its prefix may name it so.
        var tokenId = AccessToken.IdOf(id) ?? (id.StartsWith("sdt_", StringComparison.Ordinal) ? id[4..] : id);
        var account = Caller.AccountOf(context.User);
        try
        {
            if (!await store.RemoveTokenAsync(account, tokenId, context.RequestAborted))
                return ApiProblem.NotFound("unknown_token", "You have no such token.", new { id = "an id from GET /api/v1/tokens" });
        }
        catch (DaprException)
        {
            return Unavailable();
        }

        validator.Forget(tokenId);
        logger.TokenRevoked(account, tokenId);
        return TypedResults.NoContent();
    }

    private static IResult Unavailable() =>
        ApiProblem.Unavailable("tokens_unavailable", "Tokens cannot be read or stored at the moment; nothing was changed.", TimeSpan.FromSeconds(2));

    /// <param name="Name">What you call it, at most 100 characters.</param>
    /// <param name="Scopes">Of read, write, admin; read alone when left out.</param>
    /// <param name="ExpiresAt">An instant to come; never when left out.</param>
    /// <param name="RequestsPerMinute">A rate limit of its own, 0 for none; only an administrator may set it.</param>
    internal sealed record TokenRequest(string? Name, IReadOnlyList<string>? Scopes, DateTimeOffset? ExpiresAt, int? RequestsPerMinute);

    /// <param name="Token">The token itself, shown this once.</param>
    internal sealed record NewToken(string Token, TokenView Details);

    internal sealed record TokenList(IReadOnlyList<TokenView> Tokens);

    internal sealed record TokenView(
        string Id,
        string Prefix,
        string Name,
        IReadOnlyList<string> Scopes,
        DateTimeOffset CreatedAt,
        DateTimeOffset? ExpiresAt,
        DateTimeOffset? LastUsedAt,
        int? RequestsPerMinute)
    {
        public static TokenView Of(TokenRecord token, DateTimeOffset? lastUsedAt) => new(
            token.Id, AccessToken.VisiblePrefix(token.Id), token.Name, token.Scopes, token.CreatedAt, token.ExpiresAt, lastUsedAt, token.RequestsPerMinute);
    }
}
