using System.Text;
using StocksDapr.Sidecar.Api;

namespace StocksDapr.Sidecar.Invocation;

/// <summary>Whom a request wants to invoke, and which path there.</summary>
/// <param name="Id">App id, name of an HTTPEndpoint, or an absolute URL.</param>
/// <param name="Method">Path at the callee as it was named, unescaped.</param>
internal readonly record struct InvokeTarget(string Id, string Method)
{
    public const string AppIdHeader = "dapr-app-id";
    private const string PathPrefix = "/v1.0/invoke/";
    private const string MethodSegment = "/method/";

    /// <summary>Reads the target: header, basic authentication, path form, in this order. Null when there is none.</summary>
    public static InvokeTarget? Read(ApiRequest request, bool pathFormAllowed)
    {
        var headers = request.Http.Request.Headers;
        var id = headers[AppIdHeader].ToString();
        if (id.Length == 0) id = BasicUser(headers.Authorization.ToString());
        if (id.Length > 0) return new InvokeTarget(id, request.Path.Decoded);
        return pathFormAllowed ? FromPath(request.Path) : null;
    }

    private static InvokeTarget? FromPath(RequestPath path)
    {
        if (!path.Text.StartsWith(PathPrefix, StringComparison.Ordinal)) return null;
        var rest = path.Text[PathPrefix.Length..];
        var method = rest.IndexOf(MethodSegment, StringComparison.Ordinal);
        if (method <= 0) return null;
        var id = rest[..method];
        if (!IsUrl(id) && id.Contains('/', StringComparison.Ordinal)) return null;
        if (path.IsEscaped && !QueryEscape.TryUnescape(id, out id)) return null;
        if (!QueryEscape.TryUnescape(rest[(method + MethodSegment.Length)..], plusIsSpace: false, out var decoded)) return null;
        return new InvokeTarget(RestoreScheme(id), path.IsEscaped ? decoded : rest[(method + MethodSegment.Length)..]);
    }

    /// <summary>True when the id is an address, not a name.</summary>
    public bool IsAddress => IsUrl(Id);

    private static bool IsUrl(string id) =>
        id.StartsWith("http:/", StringComparison.OrdinalIgnoreCase) || id.StartsWith("https:/", StringComparison.OrdinalIgnoreCase)
        || id.StartsWith("http%3A", StringComparison.OrdinalIgnoreCase) || id.StartsWith("https%3A", StringComparison.OrdinalIgnoreCase);

    // Cleaning the path has made one slash of the two.
    private static string RestoreScheme(string id)
    {
        var colon = id.IndexOf(":/", StringComparison.Ordinal);
        return colon > 0 && IsUrl(id) && !id.Contains("://", StringComparison.Ordinal) ? id.Insert(colon + 1, "/") : id;
    }

    private static string BasicUser(string authorization)
    {
        const string Scheme = "Basic ";
        if (!authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return "";
        Span<byte> bytes = stackalloc byte[512];
        if (!Convert.TryFromBase64String(authorization[Scheme.Length..].Trim(), bytes, out var length)) return "";
        var pair = Encoding.UTF8.GetString(bytes[..length]);
        return pair.StartsWith(AppIdHeader + ":", StringComparison.Ordinal) ? pair[(AppIdHeader.Length + 1)..] : "";
    }
}
