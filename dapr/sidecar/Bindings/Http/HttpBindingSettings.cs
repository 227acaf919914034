using System.Globalization;
using StocksDapr.Sidecar.Go;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.Resources;

namespace StocksDapr.Sidecar.Bindings.Http;

/// <summary>The metadata of a <c>bindings.http</c> component.</summary>
internal sealed record HttpBindingSettings
{
    private static readonly (string Suffix, double Factor)[] Sizes =
    [
        ("Ki", 1024), ("Mi", 1 << 20), ("Gi", 1 << 30), ("Ti", 1L << 40), ("k", 1e3), ("M", 1e6), ("G", 1e9), ("T", 1e12), ("", 1),
    ];

    /// <summary>Address that a call's <c>path</c> is added to. May be empty; every call fails then, as in daprd.</summary>
    public string Url { get; init; } = "";

    /// <summary>An answer that is not 2xx is an error; a call's own metadata can say otherwise.</summary>
    public bool ErrorIfNot2xx { get; init; } = true;

    /// <summary>Limit of one call; null = none.</summary>
    public TimeSpan? ResponseTimeout { get; init; }

    /// <summary>Bytes of an answer that are read; the rest is cut off. 0 or less = all.</summary>
    public long MaxResponseBodySize { get; init; } = 100L << 20;

    public string SecurityToken { get; init; } = "";

    public string SecurityTokenHeader { get; init; } = "";

    /// <summary>PEM text, or the path of a PEM file.</summary>
    public string RootCertificate { get; init; } = "";

    /// <inheritdoc cref="RootCertificate"/>
    public string ClientCertificate { get; init; } = "";

    /// <inheritdoc cref="RootCertificate"/>
    public string ClientKey { get; init; } = "";

    /// <exception cref="ComponentMetadataException">A value makes no sense.</exception>
    public static HttpBindingSettings Read(ComponentSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var strict = spec.Get("errorIfNot2XX");
        return new HttpBindingSettings
        {
            Url = spec.Get("url") ?? "",
            ErrorIfNot2xx = string.IsNullOrEmpty(strict) || GoBool.IsTruthy(strict),
            ResponseTimeout = Timeout(spec),
            MaxResponseBodySize = Size(spec),
            SecurityToken = spec.Get("securityToken") ?? "",
            SecurityTokenHeader = spec.Get("securityTokenHeader") ?? "",
            RootCertificate = spec.Get("mtlsRootCA") ?? "",
            ClientCertificate = spec.Get("mtlsClientCert") ?? "",
            ClientKey = spec.Get("mtlsClientKey") ?? "",
        };
    }

    private static TimeSpan? Timeout(ComponentSpec spec)
    {
        if (spec.Get("responseTimeout") is not { Length: > 0 } text) return null;
        return GoDuration.TryParseSetting(text, out var limit) && limit.TotalMilliseconds is > 0 and < int.MaxValue
            ? limit
            : throw new ComponentMetadataException("responseTimeout", $"is '{text}'; expected a duration such as 5s");
    }

    private static long Size(ComponentSpec spec)
    {
        if (spec.Get("maxResponseBodySize") is not { Length: > 0 } text) return 100L << 20;
        var (suffix, factor) = Sizes.First(size => text.EndsWith(size.Suffix, StringComparison.Ordinal));
        return double.TryParse(text[..^suffix.Length], NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && Math.Abs(number * factor) < long.MaxValue
            ? (long)(number * factor)
            : throw new ComponentMetadataException("maxResponseBodySize", $"is '{text}'; expected a number of bytes, or for example 10Mi");
    }
}
