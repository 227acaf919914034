using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace StocksDapr.Gateway.Proxy;

/// <summary>
/// The path at a service behind a path of the public API. The sidecar resolves escapes and dot segments once more than the web server did, so an
/// escaped slash or percent sign could lead from an allowed path to one that is not: only characters that mean the same before and after get through.
/// </summary>
internal static class ServicePath
{
    private const string EscapedSlash = "%2F";

    private static readonly SearchValues<char> Plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/-._~^=+$@:,!*");

    // The only paths whose last part may have a slash of its own: symbols such as BTC/USD.
    private static readonly string[] SymbolPaths = ["/bars/", "/symbols/"];

    /// <param name="path">The path as the web server decoded it, which leaves <c>%2F</c> alone.</param>
    /// <param name="servicePath">As it is sent to the sidecar.</param>
    public static bool TryRead(PathString path, [NotNullWhen(true)] out string? servicePath)
    {
        servicePath = null;
        if (!path.StartsWithSegments(ServiceRoutes.Prefix, out var rest) || rest.Value is not { Length: > 0 } text)
            return false;

        if (!text.AsSpan().ContainsAnyExcept(Plain))
        {
            servicePath = text.Contains("/.", StringComparison.Ordinal) ? null : text;
            return servicePath is not null;
        }

        var decoded = text.Replace(EscapedSlash, "/", StringComparison.OrdinalIgnoreCase);
        if (!SymbolPaths.Any(prefix => text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            || decoded.AsSpan().ContainsAnyExcept(Plain) || decoded.Contains("/.", StringComparison.Ordinal) || decoded.Contains("//", StringComparison.Ordinal))
            return false;

        // Escaped once more, so that the sidecar, which undoes one escape, hands on the slash as the symbol's own.
        servicePath = text.Replace(EscapedSlash, "%252F", StringComparison.OrdinalIgnoreCase);
        return true;
    }
}
