using Dapr;
using StocksDapr.Gateway.Access;
using StocksDapr.Gateway.Accounts;
using StocksDapr.Gateway.Edge;
using StocksDapr.ServiceDefaults.Http;

namespace StocksDapr.Gateway.Tokens;

/// <summary><c>/api/v1/tokens</c>: the caller's own tokens. A token is shown once, when it is made.</summary>
internal static class TokenEndpoints
{
    public static void MapTokens(this IEndpointRouteBuilder app)
    {
        var tokens = app.MapGroup("/api/v1/tokens").WithTags("Tokens").WithMetadata(new BodyLimit(EdgeLimits.FormBytes)).RequireAuthorization(Policies.OwnTokens);
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
        try
        {
            var shown = Caller.TokenOf(context.User) is { } shownId ? await store.FindTokenAsync(shownId, context.RequestAborted) : null;

            // What is left out becomes what the caller may have at most.
            var wish = request with
            {
                Scopes = request.Scopes?.Distinct().ToArray() ?? [Scopes.Read],
                ExpiresAt = (request.ExpiresAt ?? shown?.ExpiresAt)?.ToUniversalTime(),
                RequestsPerMinute = request.RequestsPerMinute ?? shown?.RequestsPerMinute,
            };
            if (TokenRequestRules.Check(wish, context.User, shown, now) is { } problem)
                return problem;

            var (id, text) = AccessToken.Create();
            var record = new TokenRecord(
                id, AccessToken.Hash(text), Caller.AccountOf(context.User), wish.Name ?? "token", wish.Scopes, now, wish.ExpiresAt, wish.RequestsPerMinute);
            if (!await store.AddTokenAsync(record, context.RequestAborted))
                return ApiProblem.Conflict("too_many_tokens", $"An account has at most {Account.MaxTokens} tokens; revoke one that is not used any more.");

            logger.TokenMade(record.Account, record.Id, record.Scopes);
            return TypedResults.Created((string?)null, new NewToken(text, TokenView.Of(record, lastUsedAt: null)));
        }
        catch (DaprException)
        {
            return Unavailable();
        }
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

    private static async Task<IResult> Revoke(
        string id, HttpContext context, AccountStore store, TokenValidator validator, LastUses lastUses, ILogger<AccountStore> logger)
    {
        var tokenId = id.StartsWith(AccessToken.Prefix, StringComparison.Ordinal) ? id[AccessToken.Prefix.Length..] : id;
        var caller = Caller.AccountOf(context.User);
        var isAdministrator = Caller.Has(context.User, Scopes.Admin);
        try
        {
            var token = AccessToken.IsId(tokenId) ? await store.FindTokenAsync(tokenId, context.RequestAborted) : null;
            if (token is null || (token.Account != caller && !isAdministrator))
                return ApiProblem.NotFound("unknown_token", "You have no such token.", new { id = "an id from GET /api/v1/tokens" });

            // A token that has come into wrong hands must not end better ones.
            if (!isAdministrator && Caller.TokenOf(context.User) is not null && token.Scopes.FirstOrDefault(scope => !Caller.Has(context.User, scope)) is { } missing)
                return ApiProblem.Of(StatusCodes.Status403Forbidden, "missing_scope", $"The token that you show does not have the scope '{missing}' of the one to end.");

            await store.RemoveTokenAsync(token.Account, tokenId, context.RequestAborted);
        }
        catch (DaprException)
        {
            return Unavailable();
        }

        validator.Forget(tokenId);
        lastUses.Forget(tokenId);
        logger.TokenRevoked(caller, tokenId);
        return TypedResults.NoContent();
    }

    private static IResult Unavailable() =>
        ApiProblem.Unavailable("tokens_unavailable", "Tokens cannot be read or stored at the moment; nothing was changed.", TimeSpan.FromSeconds(2));

    /// <param name="Name">What you call it, at most 100 characters.</param>
    /// <param name="Scopes">Of read, write, admin; read alone when left out.</param>
    /// <param name="ExpiresAt">An instant to come; left out, never, or when the token that is shown ends.</param>
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
