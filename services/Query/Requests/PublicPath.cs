using System.Buffers;
using Microsoft.Extensions.Options;
using StocksDapr.Query.Storage;

namespace StocksDapr.Query.Requests;

/// <summary>The paths by which the public reaches this service: behind the prefix that the gateway took off.</summary>
internal sealed class PublicPath(IOptions<QueryOptions> options)
{
    /// <summary>A longer Link header is left out: proxies refuse big headers, and the body has the cursor anyway.</summary>
    private const int MaxLinkLength = 4_096;

    private const int MaxPrefixLength = 100;

    private static readonly SearchValues<char> PrefixCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._~-");

    private readonly string _prefix = options.Value.PublicPrefix;

    /// <summary>Says in a <c>Link</c> header where the next page is.</summary>
    /// <param name="pathAndQuery">Escaped, from this service's root.</param>
    public void LinkNext(HttpContext context, string pathAndQuery)
    {
        var prefix = Prefix(context.Request);
        if (prefix.Length + pathAndQuery.Length <= MaxLinkLength)
            context.Response.Headers.Link = string.Concat("<", prefix, pathAndQuery, ">; rel=\"next\"");
    }

    private string Prefix(HttpRequest request) =>
        request.Headers["X-Forwarded-Prefix"] is [{ Length: > 0 and <= MaxPrefixLength } given] && given[0] == '/'
        && !given.StartsWith("//", StringComparison.Ordinal) && !given.AsSpan().ContainsAnyExcept(PrefixCharacters)
            ? given.TrimEnd('/')
            : _prefix;
}
