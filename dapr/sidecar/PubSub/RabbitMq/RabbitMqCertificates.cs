using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.Resources;

namespace StocksDapr.Sidecar.PubSub.RabbitMq;

/// <summary>The PEM texts <c>caCert</c>, <c>clientCert</c> and <c>clientKey</c>.</summary>
internal static class RabbitMqCertificates
{
    /// <exception cref="ComponentMetadataException">One of them is no PEM, or key and certificate do not belong together.</exception>
    public static (X509Certificate2Collection? Authorities, X509Certificate2? Client) Read(ComponentSpec spec)
    {
        X509Certificate2Collection? authorities = null;
        if (Pem(spec, "caCert") is { } ca)
        {
            authorities = [];
            Try("caCert", () => authorities.ImportFromPem(ca));
            if (authorities.Count == 0) throw new ComponentMetadataException("caCert", "holds no certificate; expected PEM text that begins with -----BEGIN CERTIFICATE-----");
        }

        var (certificate, key) = (Pem(spec, "clientCert"), Pem(spec, "clientKey"));
        if (certificate is null || key is null) return (authorities, null);
        X509Certificate2? client = null;
        Try("clientCert", () =>
        {
            // Windows signs in with a key from a store only: there and back through PKCS #12.
            using var pair = X509Certificate2.CreateFromPem(certificate, key);
            client = X509CertificateLoader.LoadPkcs12(pair.Export(X509ContentType.Pkcs12), password: null);
        });
        return (authorities, client);
    }

    /// <summary>Holds the server's certificate against the given authorities alone, as Go does with a pool of its own.</summary>
    public static RemoteCertificateValidationCallback TrustOnly(X509Certificate2Collection authorities) => (_, presented, sent, errors) =>
    {
        if (presented is null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None) return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        foreach (var element in sent?.ChainElements.Skip(1) ?? []) chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        using var server = X509CertificateLoader.LoadCertificate(presented.GetRawCertData());
        return chain.Build(server);
    };

    private static string? Pem(ComponentSpec spec, string name)
    {
        if (spec.Get(name) is not { Length: > 0 } text) return null;
        return PemEncoding.TryFind(text, out _) ? text : throw new ComponentMetadataException(name, "is no PEM text; expected lines from -----BEGIN … to -----END …");
    }

    private static void Try(string name, Action read)
    {
        try
        {
            read();
        }
        catch (Exception broken) when (broken is CryptographicException or ArgumentException)
        {
            throw new ComponentMetadataException(name, $"cannot be used: {broken.Message}");
        }
    }
}
