using Microsoft.Extensions.Primitives;

namespace StocksDapr.Query.Requests;

/// <summary>Compares entity tags the weak way, as <c>If-None-Match</c> wants it.</summary>
internal static class EntityTag
{
    /// <param name="known">The values of <c>If-None-Match</c>: lists of quoted tags, or a star.</param>
    /// <param name="tag">Quotes included; a quote cannot stand inside a tag, so finding it is enough.</param>
    public static bool Matches(StringValues known, string tag)
    {
        foreach (var list in known)
        {
            if (list is not null && (list.Trim() == "*" || list.Contains(tag, StringComparison.Ordinal)))
                return true;
        }

        return false;
    }
}
