using System.Text;
using StocksDapr.Sidecar.Api;

namespace StocksDapr.Sidecar.Invocation;

/// <summary>Whom a request wants to invoke, and which path there.</summary>
/// <param name="Id">App id, name of an HTTPEndpoint, or an absolute URL.</param>
/// <param name="Method">Path at the callee as it was named, unescaped and not cleaned.</param>
internal readonly record struct InvokeTarget(string Id, string Method)
{
    public const string AppIdHeader = "dapr-app-id";
    private const string MethodSegment = "/method/";
    private static readonly string[] Prefix = ["v1.0", "invoke"];

    /// <summary>True when the id is an address, not a name.</summary>
    public bool IsAddress => Id.StartsWith("http://", StringComparison.Ordinal) || Id.StartsWith("https://", StringComparison.Ordinal);

    /// <summary>Reads the target: header, basic authentication, path form, in this order. Null when there is none.</summary>
    public static InvokeTarget? Read(ApiRequest request)
    {
        var headers = request.Http.Request.Headers;
        if (headers[AppIdHeader] is [{ Length: > 0 } id, ..] || TryReadBasic(headers.Authorization.ToString(), out id))
            return id.Length > 0 ? new InvokeTarget(id, request.Path.Decoded) : null;
        return FromPath(request.Path.Decoded);
    }

    private static InvokeTarget? FromPath(string path)
    {
        if (BehindPrefix(path) is not { } rest) return null;
        var method = rest.IndexOf(MethodSegment, StringComparison.Ordinal);
        if (method <= 0) return null;
        return new InvokeTarget(QueryEscape.TryUnescape(rest[..method], out var id) ? id : rest[..method], rest[(method + MethodSegment.Length)..]);
    }

    // The path has not been cleaned, so that the two slashes of an address are still there; others may be doubled.
    private static string? BehindPrefix(string path)
    {
        foreach (var part in Prefix)
        {
            path = path.TrimStart('/');
            if (!path.StartsWith(part + "/", StringComparison.Ordinal)) return null;
            path = path[part.Length..];
        }

        return path.TrimStart('/');
    }

    // With this user the password is the target, even an empty one.
    private static bool TryReadBasic(string authorization, out string id)
    {
        const string Scheme = "Basic ";
        id = "";
        if (!authorization.StartsWith(Scheme, StringComparison.Ordinal)) return false;
        Span<byte> bytes = stackalloc byte[512];
        if (!Convert.TryFromBase64String(authorization[Scheme.Length..], bytes, out var length)) return false;
        if (Encoding.UTF8.GetString(bytes[..length]).Split(':') is not [var user, var password] || !user.Equals(AppIdHeader, StringComparison.OrdinalIgnoreCase)) return false;
        id = password;
        return true;
    }
}
