using Dapr;
using Microsoft.Extensions.Options;
using StocksDapr.Gateway.Access;
using StocksDapr.Gateway.Edge;
using StocksDapr.Gateway.Tokens;
using StocksDapr.ServiceDefaults.Http;

namespace StocksDapr.Gateway.Accounts;

/// <summary><c>/api/v1/accounts</c>: making accounts. The first one is the administrator; after it, registration may be closed.</summary>
internal static class AccountEndpoints
{
    public static void MapAccounts(this IEndpointRouteBuilder app)
    {
        var accounts = app.MapGroup("/api/v1/accounts").WithTags("Accounts").WithMetadata(new BodyLimit(EdgeLimits.FormBytes));
        accounts.MapPost("", Add).AllowAnonymous()
            .WithName("CreateAccount")
            .WithSummary("Make an account; the first one becomes administrator")
            .Produces<AccountView>(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status409Conflict);
        accounts.MapGet("", List).RequireAuthorization(Scopes.Admin)
            .WithName("ListAccounts")
            .WithSummary("All accounts")
            .Produces<AccountList>();
    }

    private static async Task<IResult> Add(
        AccountRequest request, HttpContext context, AccountStore store, Passwords passwords, IOptions<RegistrationOptions> registration, TimeProvider time, ILogger<Account> logger)
    {
        var name = AccountName.Normalize(request.Name ?? "");
        if (!AccountName.IsValid(name))
            return ApiProblem.BadRequest("bad_name", $"'{Shorten(name)}' is not an account's name.", new { name = AccountName.Rule });
        if (request.Password is not { Length: >= Passwords.MinLength and <= Passwords.MaxLength } password)
        {
            return ApiProblem.BadRequest(
                "bad_password", "The password is too short or too long.", new { password = $"{Passwords.MinLength} to {Passwords.MaxLength} characters" });
        }

        try
        {
            // Asked before the password is hashed, which is costly, and before anything is said about names that are taken.
            var onlyAsFirst = !registration.Value.Open && !Caller.Has(context.User, Scopes.Admin);
            if (onlyAsFirst && (await store.NamesAsync(context.RequestAborted)).Count > 0)
                return Closed();
            if (await passwords.HashAsync(password, context.RequestAborted) is not { } hash)
                return Unavailable("Too many accounts are being made at the moment; nothing was changed.");

            var wanted = new Account(name, hash, IsAdministrator: false, time.GetUtcNow(), []);
            if (await store.AddAsync(wanted, onlyAsFirst, context.RequestAborted) is not { } added)
                return onlyAsFirst ? Closed() : ApiProblem.Conflict("name_taken", $"There is an account '{name}' already.");

            logger.AccountMade(added.Name, added.IsAdministrator);
            return TypedResults.Created((string?)null, new AccountView(added.Name, added.IsAdministrator, added.CreatedAt));
        }
        catch (DaprException)
        {
            return Unavailable("Accounts cannot be stored at the moment; nothing was changed.");
        }
    }

    private static async Task<IResult> List(AccountStore store, CancellationToken cancellationToken)
    {
        try
        {
            var views = new List<AccountView>();
            foreach (var name in await store.NamesAsync(cancellationToken))
            {
                if (await store.FindAsync(name, cancellationToken) is { } account)
                    views.Add(new AccountView(account.Name, account.IsAdministrator, account.CreatedAt));
            }

            return TypedResults.Ok(new AccountList(views));
        }
        catch (DaprException)
        {
            return Unavailable("Accounts cannot be read at the moment.");
        }
    }

    private static IResult Closed() => ApiProblem.Of(StatusCodes.Status403Forbidden, "registration_closed", "New accounts are made by the administrator here.");

    private static IResult Unavailable(string detail) => ApiProblem.Unavailable("accounts_unavailable", detail, TimeSpan.FromSeconds(2));

    private static string Shorten(string text) => text.Length <= 64 ? text : string.Concat(text.AsSpan(0, 64), "…");

    /// <param name="Name">3 to 64 characters; folded to lower case.</param>
    /// <param name="Password">12 to 128 characters.</param>
    internal sealed record AccountRequest(string? Name, string? Password);

    internal sealed record AccountView(string Name, bool IsAdministrator, DateTimeOffset CreatedAt);

    internal sealed record AccountList(IReadOnlyList<AccountView> Accounts);
}
