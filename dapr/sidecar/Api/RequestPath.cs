using System.Text;
using StocksDapr.Sidecar.Go;

namespace StocksDapr.Sidecar.Api;

/// <summary>
/// The path of a request as daprd's router sees it: with its escapes, so that every parameter is unescaped once and <c>100%25</c> is the key
/// <c>100%</c>. Doubled slashes, dot segments and a slash at the end are removed.
/// </summary>
/// <param name="Text">Cleaned path, with its escapes.</param>
/// <param name="Decoded">The whole path with its escapes resolved (a plus stays a plus) and nothing removed: service invocation cleans for itself.</param>
internal readonly record struct RequestPath(string Text, string Decoded)
{
    private const string UnescapedInPaths = "-_.~$&+,/:;=@";

    /// <summary>What Go would escape, but leaves as it is in a path that holds it.</summary>
    private const string KeptInPaths = "!'()*[]";

    /// <summary>Reads the target of a request line. False when an escape is broken.</summary>
    public static bool TryParse(string target, out RequestPath path)
    {
        var raw = PathOf(target);
        var decoded = raw;
        var valid = raw.AsSpan().IndexOf('%') < 0 || QueryEscape.TryUnescape(raw, plusIsSpace: false, out decoded);
        path = new RequestPath(Clean(raw), decoded);
        return valid;
    }

    /// <summary>Escapes a path as Go does.</summary>
    public static string Escape(string path)
    {
        if (path.All(IsPlain)) return path;
        var escaped = new StringBuilder(path.Length + 16);
        foreach (var value in Encoding.UTF8.GetBytes(path))
        {
            if (value < 0x80 && IsPlain((char)value)) escaped.Append((char)value);
            else escaped.Append('%').Append(Hex(value >> 4)).Append(Hex(value & 15));
        }

        return escaped.ToString();
    }

    /// <summary>
    /// Escapes a path for Go's client: escapes that are in it already are kept, so a decoded <c>%20</c> is an escape once more, as in daprd.
    /// False when one of them is broken; <paramref name="problem"/> then says so in Go's words.
    /// </summary>
    public static bool TryEncode(string path, out string encoded, out string problem)
    {
        encoded = path;
        problem = "";
        if (path.All(IsPlain)) return true;
        if (!QueryEscape.TryUnescape(path, plusIsSpace: false, out var unescaped))
        {
            var at = BrokenEscape(path);
            problem = $"invalid URL escape {GoFormat.Quote(path.Substring(at, Math.Min(3, path.Length - at)))}";
            return false;
        }

        if (!path.All(character => character == '%' || KeptInPaths.Contains(character, StringComparison.Ordinal) || IsPlain(character))) encoded = Escape(unescaped);
        return true;
    }

    /// <summary>Removes empty and dot segments and a slash at the end; the result begins with a slash.</summary>
    public static string Clean(string path)
    {
        var isClean = path.StartsWith('/') && !path.Contains("//", StringComparison.Ordinal) && !path.Contains("/.", StringComparison.Ordinal);
        if (isClean) return path.Length > 1 && path.EndsWith('/') ? path[..^1] : path;
        var kept = new List<string>();
        foreach (var segment in path.Split('/'))
        {
            if (segment is "" or ".") continue;
            if (segment != "..") kept.Add(segment);
            else if (kept.Count > 0) kept.RemoveAt(kept.Count - 1);
        }

        return "/" + string.Join('/', kept);
    }

    private static string PathOf(string target)
    {
        var query = target.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? target : target[..query];
        if (path.StartsWith('/')) return path;
        var scheme = path.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0) return "/";
        var slash = path.IndexOf('/', scheme + 3);
        return slash < 0 ? "/" : path[slash..];
    }

    private static int BrokenEscape(string path)
    {
        var at = path.IndexOf('%', StringComparison.Ordinal);
        while (at + 2 < path.Length && char.IsAsciiHexDigit(path[at + 1]) && char.IsAsciiHexDigit(path[at + 2])) at = path.IndexOf('%', at + 3);
        return at;
    }

    private static bool IsPlain(char character) =>
        char.IsAsciiLetterOrDigit(character) || UnescapedInPaths.Contains(character, StringComparison.Ordinal);

    private static char Hex(int value) => (char)(value < 10 ? '0' + value : 'A' + value - 10);
}
