using StocksDapr.Sidecar.Api;

namespace StocksDapr.Sidecar.Tracing;

/// <summary>Checks W3C baggage with the words of the library that daprd uses.</summary>
internal static class Baggage
{
    private const string TokenCharacters = "!#$%&'*+-.^_`|~";
    private const int MaxMembers = 180;
    private const int MaxBytes = 8192;

    public static bool IsValid(string header, out string problem)
    {
        problem = "";
        if (header.Length == 0) return true;
        if (header.Length > MaxBytes)
        {
            problem = $"too many bytes in baggage-string: {header.Length}";
            return false;
        }

        var members = header.Split(',');
        var problems = new List<string>();
        if (members.Length > MaxMembers) problems.Add($"too many list-members in baggage-string: {members.Length}");
        foreach (var member in members) CheckMember(member, problems);
        problem = string.Join('\n', problems);
        return problems.Count == 0;
    }

    private static void CheckMember(string member, List<string> problems)
    {
        var parts = member.Split(';');
        foreach (var property in parts.Skip(1))
        {
            var text = property.Trim();
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            var key = equals < 0 ? text : text[..equals].Trim();
            if (text.Length == 0 || (IsToken(key) && (equals < 0 || IsValue(text[(equals + 1)..].Trim())))) continue;
            problems.Add($"invalid baggage list-member property: \"{property}\"");
            return;
        }

        var separator = parts[0].IndexOf('=', StringComparison.Ordinal);
        if (separator < 0) problems.Add($"invalid baggage list-member: \"{member}\"");
        else if (!IsToken(parts[0][..separator].Trim())) problems.Add($"invalid key: \"{parts[0][..separator].Trim()}\"");
        else if (!IsValue(parts[0][(separator + 1)..].Trim())) problems.Add($"invalid value: \"{parts[0][(separator + 1)..].Trim()}\"");
    }

    private static bool IsToken(string text) =>
        text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || TokenCharacters.Contains(c, StringComparison.Ordinal));

    private static bool IsValue(string text) =>
        text.All(c => c is '!' or (>= '#' and <= '+') or (>= '-' and <= ':') or (>= '<' and <= '[') or (>= ']' and <= '~'))
        && QueryEscape.TryUnescape(text, plusIsSpace: false, out _);
}
