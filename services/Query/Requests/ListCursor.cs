using System.Buffers.Text;
using System.Globalization;
using System.Text;
using StocksDapr.Query.Bars;

namespace StocksDapr.Query.Requests;

/// <summary>
/// The cursor of a list: base64url of the last item's key, with a check over it and the list's name (which names the question where the
/// order depends on it). It tells damage and mix-ups; there is nothing in it to protect.
/// </summary>
internal static class ListCursor
{
    private const int MaxLength = 400;

    public static string Write(string list, string content) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{Check(list, content)}{content}"));

    public static bool TryRead(string list, string text, out string content)
    {
        content = "";
        if (text.Length is 0 or > MaxLength || !Base64Url.IsValid(text))
            return false;

        var decoded = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text));
        if (decoded.Length < 16)
            return false;
        content = decoded[16..];
        return decoded.AsSpan(0, 16).SequenceEqual(Check(list, content));
    }

    private static string Check(string list, string content) =>
        Hashing.Add(Hashing.Add(Hashing.Seed, list), content).ToString("x16", CultureInfo.InvariantCulture);
}
