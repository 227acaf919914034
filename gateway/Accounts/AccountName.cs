using System.Text.RegularExpressions;

namespace StocksDapr.Gateway.Accounts;

/// <summary>The syntax of an account's name: 3 to 64 of <c>a-z 0-9 . _ @ + -</c>, so that an e-mail address may serve; upper case is folded.</summary>
internal static partial class AccountName
{
    public const string Rule = "3 to 64 characters of a-z, 0-9, . _ @ + - (an e-mail address will do)";

    public static string Normalize(string text) => text.Trim().ToLowerInvariant();

    public static bool IsValid(string name) => name != Account.Local && Pattern().IsMatch(name);

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9._@+-]{2,63}\z")]
    private static partial Regex Pattern();
}
