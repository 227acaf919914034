namespace StocksDapr.Sidecar.Api;

/// <summary>The <c>metadata.key=value</c> parameters of a query.</summary>
internal static class MetadataQuery
{
    private const string Prefix = "metadata.";

    /// <param name="query">With or without the leading question mark.</param>
    public static Dictionary<string, string> Parse(string? query)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in QueryPairs.Read(query))
        {
            if (name.StartsWith(Prefix, StringComparison.Ordinal)) found.TryAdd(name[Prefix.Length..], value);
        }

        return found;
    }
}
