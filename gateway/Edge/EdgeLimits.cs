using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace StocksDapr.Gateway.Edge;

/// <summary>How large and how slow a request may be.</summary>
internal static class EdgeLimits
{
    public const int HeaderCount = 100;

    /// <summary>Less than the services take, since the way to them adds headers.</summary>
    public const int HeaderBytes = 16 * 1024;

    /// <summary>Room for 500 symbols in a query.</summary>
    public const int RequestLineBytes = 16 * 1024;

    /// <summary>For every body but that of an import, which is not held in memory.</summary>
    public const long BodyBytes = 16 * 1024 * 1024;

    /// <summary>For the few fields of an account or a token.</summary>
    public const long FormBytes = 16 * 1024;

    public static readonly TimeSpan HeaderTime = TimeSpan.FromSeconds(20);

    public static void Apply(KestrelServerOptions kestrel)
    {
        kestrel.Limits.MaxRequestHeaderCount = HeaderCount;
        kestrel.Limits.MaxRequestHeadersTotalSize = HeaderBytes;
        kestrel.Limits.MaxRequestLineSize = RequestLineBytes;
        kestrel.Limits.MaxRequestBodySize = BodyBytes;
        kestrel.Limits.RequestHeadersTimeout = HeaderTime;
        kestrel.ConfigureEndpointDefaults(listen => listen.Use(next => connection => LingeringClose.ServeAsync(connection, next)));
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
    }
}
