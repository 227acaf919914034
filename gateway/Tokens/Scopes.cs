namespace StocksDapr.Gateway.Tokens;

/// <summary>What a token allows. <c>write</c> and <c>admin</c> do not include <c>read</c>: each is given by name.</summary>
internal static class Scopes
{
    /// <summary>Reading data.</summary>
    public const string Read = "read";

    /// <summary>Storing bars and importing files.</summary>
    public const string Write = "write";

    /// <summary>Accounts and other people's tokens.</summary>
    public const string Admin = "admin";

    public static readonly IReadOnlyList<string> All = [Read, Write, Admin];
}
