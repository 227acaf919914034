namespace StocksDapr.Sidecar.Api;

/// <summary>Reads a query as Go does: pairs that hold a semicolon or a broken escape are left out, the others count.</summary>
internal static class QueryPairs
{
    public static IEnumerable<(string Name, string Value)> Read(string? query)
    {
        if (string.IsNullOrEmpty(query)) yield break;
        foreach (var pair in query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            if (pair.Contains(';', StringComparison.Ordinal)) continue;
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? pair : pair[..equals];
            var value = equals < 0 ? "" : pair[(equals + 1)..];
            if (QueryEscape.TryUnescape(name, out var key) && QueryEscape.TryUnescape(value, out var text)) yield return (key, text);
        }
    }
}
