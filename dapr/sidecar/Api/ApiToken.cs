using System.Security.Cryptography;
using System.Text;

namespace StocksDapr.Sidecar.Api;

/// <summary>The token that callers of this sidecar must send. Compared in constant time.</summary>
internal sealed class ApiToken
{
    public const string Header = "dapr-api-token";

    private readonly byte[]? _hash;

    public ApiToken(string? token) => _hash = string.IsNullOrEmpty(token) ? null : Hash(token);

    /// <summary>True when the call may go on. The header is taken off, so that it is never passed on.</summary>
    public bool Admits(HttpRequest request, string path)
    {
        if (_hash is null) return true;
        var sent = request.Headers[Header].ToString();
        request.Headers.Remove(Header);
        if (HttpMethods.IsGet(request.Method) && path.AsSpan().Trim('/') is "v1.0/healthz" or "v1.0/healthz/outbound") return true;
        return CryptographicOperations.FixedTimeEquals(_hash, Hash(sent));
    }

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
