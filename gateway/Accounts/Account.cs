namespace StocksDapr.Gateway.Accounts;

/// <summary>Somebody who may hold tokens. The name is lower case; the password is kept as ASP.NET Core's slow, salted hash.</summary>
internal sealed record Account(string Name, string PasswordHash, bool IsAdministrator, DateTimeOffset CreatedAt, IReadOnlyList<string> TokenIds)
{
    /// <summary>The account of the machine's own administrator, who signs in with the runner's key and has no password.</summary>
    public const string Local = "local";

    public const int MaxTokens = 100;
}
