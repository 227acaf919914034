using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace StocksDapr.Gateway.Tokens;

/// <summary>
/// A token as its owner holds it: <c>sdt_</c>, an id of 12 characters that may be shown, <c>_</c>, and a secret of 32 random bytes in base64url. Only the
/// SHA-256 of the whole text is kept; against a secret of 256 bits a slow hash would add nothing.
/// </summary>
internal static class AccessToken
{
    public const string Prefix = "sdt_";

    private const int IdBytes = 9;
    private const int IdLength = 12;
    private const int SecretBytes = 32;
    private const int SecretLength = 43;
    private const int Length = 4 + IdLength + 1 + SecretLength;

    private static readonly SearchValues<char> IdCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");

    /// <summary>Makes a new token and the id by which it is found again.</summary>
    public static (string Id, string Text) Create()
    {
        // The id must not contain the separator, so its two special characters are replaced; uniqueness hardly suffers.
        var id = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(IdBytes)).Replace('_', 'x').Replace('-', 'y');
        return (id, $"{Prefix}{id}_{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes))}");
    }

    /// <summary>Whether a text can be one of our tokens.</summary>
    public static bool IsShaped(ReadOnlySpan<char> text) =>
        text.Length == Length && text.StartsWith(Prefix, StringComparison.Ordinal) && text[Prefix.Length + IdLength] == '_' && IsId(IdOf(text));

    /// <summary>The id within the text of a token, which must be one by its shape.</summary>
    public static ReadOnlySpan<char> IdOf(ReadOnlySpan<char> text) => text.Slice(Prefix.Length, IdLength);

    /// <summary>Whether a text can be the id of a token.</summary>
    public static bool IsId(ReadOnlySpan<char> text) => text.Length == IdLength && !text.ContainsAnyExcept(IdCharacters);

    /// <summary>What people see of a token in lists: enough to tell it from others.</summary>
    public static string VisiblePrefix(string id) => Prefix + id;

    public static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    /// <summary>Compares in a time that does not depend on where the difference is.</summary>
    public static bool Matches(ReadOnlySpan<char> text, ReadOnlySpan<byte> hash)
    {
        Span<byte> utf8 = stackalloc byte[Length * 3];
        Span<byte> actual = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(utf8[..Encoding.UTF8.GetBytes(text, utf8)], actual);
        return CryptographicOperations.FixedTimeEquals(actual, hash);
    }
}
