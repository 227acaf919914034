using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using StocksDapr.Sidecar.Resources;

namespace StocksDapr.Sidecar.Bindings.Http;

/// <summary>The HTTP client of a binding: TLS as configured, redirects followed as Go follows them (with a Referer, at most ten).</summary>
internal sealed class HttpBindingClient : IDisposable
{
    private const int MaxRedirects = 10;

    private readonly HttpMessageInvoker _client;

    /// <exception cref="ComponentMetadataException">A certificate or key cannot be read.</exception>
    public HttpBindingClient(HttpBindingSettings settings) => _client = new HttpMessageInvoker(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.GZip,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = TimeSpan.FromSeconds(15),
            RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
            ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
            SslOptions = Tls(settings),
        });

    /// <summary>Sends a request and returns the last answer with its body not read yet.</summary>
    /// <param name="method">Verb of the first request.</param>
    /// <param name="address">Absolute address.</param>
    /// <param name="headers">Headers of every request of the chain.</param>
    /// <param name="body">Body; null = none.</param>
    /// <param name="contentType">Content type of the body.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, Uri address, IReadOnlyList<KeyValuePair<string, string>> headers, byte[]? body, string contentType, CancellationToken cancellationToken)
    {
        var referrer = "";
        for (var redirects = 0; ; redirects++)
        {
            using var request = new HttpRequestMessage(method, address);
            foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
            if (referrer.Length > 0) request.Headers.TryAddWithoutValidation("Referer", referrer);
            if (body is not null)
            {
                request.Content = new ByteArrayContent(body);
                request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
            }

            var answer = await _client.SendAsync(request, cancellationToken);
            if (Target(answer, address) is not { } next) return answer;
            var status = answer.StatusCode;
            answer.Dispose();
            if (redirects + 1 >= MaxRedirects) throw new HttpRequestException($"stopped after {MaxRedirects} redirects");
            if (status is not (HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect))
            {
                body = null;
                if (method != HttpMethod.Head) method = HttpMethod.Get;
            }

            // What was meant for one server is not told to another, and a secure address not to an open one.
            referrer = address.Scheme == "https" && next.Scheme == "http" ? "" : address.GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped);
            if (next.Host != address.Host) headers = [.. headers.Where(header => !IsSecret(header.Key))];
            address = next;
        }
    }

    public void Dispose() => _client.Dispose();

    private static Uri? Target(HttpResponseMessage answer, Uri address) =>
        answer.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect
        && answer.Headers.Location is { } location
            ? new Uri(address, location)
            : null;

    private static bool IsSecret(string header) => header.ToUpperInvariant() is "AUTHORIZATION" or "COOKIE" or "COOKIE2" or "WWW-AUTHENTICATE";

    private static SslClientAuthenticationOptions Tls(HttpBindingSettings settings)
    {
        var options = new SslClientAuthenticationOptions();
        if (settings.RootCertificate.Length > 0)
        {
            var roots = new X509Certificate2Collection();
            Import("mtlsRootCA", () => roots.ImportFromPem(Pem("mtlsRootCA", settings.RootCertificate)));
            options.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(roots);
        }

        if (settings.ClientCertificate.Length > 0 && settings.ClientKey.Length > 0)
        {
            Import("mtlsClientCert", () => options.ClientCertificates =
            [
                X509Certificate2.CreateFromPem(Pem("mtlsClientCert", settings.ClientCertificate), Pem("mtlsClientKey", settings.ClientKey)),
            ]);
        }

        return options;
    }

    private static void Import(string property, Action import)
    {
        try
        {
            import();
        }
        catch (CryptographicException error)
        {
            throw new ComponentMetadataException(property, $"is no usable certificate: {error.Message}");
        }
    }

    private static string Pem(string property, string text)
    {
        if (PemEncoding.TryFind(text, out _)) return text;
        try
        {
            return File.ReadAllText(text);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ComponentMetadataException(property, $"is neither PEM text nor the path of a readable file: {error.Message}");
        }
    }
}
