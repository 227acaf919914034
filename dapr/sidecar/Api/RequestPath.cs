using System.Text;

namespace StocksDapr.Sidecar.Api;

/// <summary>
/// The path of a request as daprd's router sees it: with its escapes, so that every parameter is unescaped once and <c>100%25</c> is the key
/// <c>100%</c>. Doubled slashes and dot segments are removed; a trailing slash stays.
/// </summary>
/// <param name="Text">Cleaned path.</param>
/// <param name="IsEscaped">True when <see cref="Text"/> still holds escapes.</param>
internal readonly record struct RequestPath(string Text, bool IsEscaped)
{
    private const string UnescapedInPaths = "-_.~$&+,/:;=@";

    /// <summary>The path with its escapes resolved (a plus stays a plus).</summary>
    public string Decoded => IsEscaped && QueryEscape.TryUnescape(Text, plusIsSpace: false, out var text) ? text : Text;

    /// <summary>Reads the target of a request line. False when an escape is broken.</summary>
    public static bool TryParse(string target, out RequestPath path)
    {
        var raw = PathOf(target);
        if (raw.AsSpan().IndexOf('%') < 0)
        {
            path = new RequestPath(Clean(raw), IsEscaped: false);
            return true;
        }

        path = new RequestPath(Clean(raw), IsEscaped: true);
        return QueryEscape.TryUnescape(raw, plusIsSpace: false, out _);
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

    /// <summary>Removes empty and dot segments; the result begins with a slash.</summary>
    public static string Clean(string path)
    {
        if (path.StartsWith('/') && !path.Contains("//", StringComparison.Ordinal) && !path.Contains("/.", StringComparison.Ordinal)) return path;
        var kept = new List<string>();
        var segments = path.Split('/');
        foreach (var segment in segments)
        {
            if (segment is "" or ".") continue;
            if (segment != "..") kept.Add(segment);
            else if (kept.Count > 0) kept.RemoveAt(kept.Count - 1);
        }

        var clean = "/" + string.Join('/', kept);
        return kept.Count > 0 && segments[^1].Length == 0 ? clean + "/" : clean;
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

    private static bool IsPlain(char character) =>
        char.IsAsciiLetterOrDigit(character) || UnescapedInPaths.Contains(character, StringComparison.Ordinal);

    private static char Hex(int value) => (char)(value < 10 ? '0' + value : 'A' + value - 10);
}
