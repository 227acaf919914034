using Dapr;
using Microsoft.Extensions.Options;
using StocksDapr.Gateway.Access;
using StocksDapr.Gateway.Tokens;
using StocksDapr.ServiceDefaults.Http;

namespace StocksDapr.Gateway.Accounts;

/// <summary><c>/api/v1/accounts</c>: making accounts. The first one is the administrator; after it, registration may be closed.</summary>
internal static class AccountEndpoints
{
    public static void MapAccounts(this IEndpointRouteBuilder app)
    {
        var accounts = app.MapGroup("/api/v1/accounts").WithTags("Accounts");
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
            var mayAdd = registration.Value.Open || Caller.Has(context.User, Scopes.Admin);
            var hash = await Task.Run(() => passwords.Hash(password), context.RequestAborted);
            var (added, taken) = await store.AddAsync(
                name,
                isFirst => isFirst || mayAdd ? new Account(name, hash, isFirst, time.GetUtcNow(), []) : null,
                context.RequestAborted);
            if (taken)
                return ApiProblem.Conflict("name_taken", $"There is an account '{name}' already.");
            if (added is null)
                return ApiProblem.Of(StatusCodes.Status403Forbidden, "registration_closed", "New accounts are made by the administrator here.");

            logger.AccountMade(added.Name, added.IsAdministrator);
            return TypedResults.Created((string?)null, new AccountView(added.Name, added.IsAdministrator, added.CreatedAt));
        }
        catch (DaprException)
        {
            return ApiProblem.Unavailable("accounts_unavailable", "Accounts cannot be stored at the moment; nothing was changed.", TimeSpan.FromSeconds(2));
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
            return ApiProblem.Unavailable("accounts_unavailable", "Accounts cannot be read at the moment.", TimeSpan.FromSeconds(2));
        }
    }

    private static string Shorten(string text) => text.Length <= 64 ? text : string.Concat(text.AsSpan(0, 64), "…");

    /// <param name="Name">3 to 64 characters; folded to lower case.</param>
    /// <param name="Password">12 to 128 characters.</param>
    internal sealed record AccountRequest(string? Name, string? Password);

    internal sealed record AccountView(string Name, bool IsAdministrator, DateTimeOffset CreatedAt);

    internal sealed record AccountList(IReadOnlyList<AccountView> Accounts);
}
