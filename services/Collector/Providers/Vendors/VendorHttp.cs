using System.Net;
using System.Reflection;

namespace StocksDapr.Collector.Providers.Vendors;

/// <summary>How vendors are reached.</summary>
internal static class VendorHttp
{
    /// <summary>Some vendors turn away requests that do not say what they come from.</summary>
    private static readonly string UserAgent = $"StocksDapr/{Assembly.GetExecutingAssembly().GetName().Version!.ToString(3)}";

    /// <param name="baseAddress">Where the vendor answers.</param>
    /// <param name="cookies">Kept between requests for a vendor that asks for it; null for none.</param>
    /// <remarks>
    /// Redirects are not followed: none of the vendors documents one, and a key in a header or query would go wherever it points. The time-out belongs to
    /// <see cref="VendorClient"/>, whose clock tests own. Connections are renewed so that a change of address is noticed.
    /// </remarks>
    public static HttpClient Create(Uri baseAddress, CookieContainer? cookies = null)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.All,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            UseCookies = cookies is not null,
        };
        if (cookies is not null)
            handler.CookieContainer = cookies;
        // Paths are relative: what a proxy's address has of a path stays in front of them.
        var root = baseAddress.AbsolutePath.EndsWith('/') ? baseAddress : new UriBuilder(baseAddress) { Path = baseAddress.AbsolutePath + "/" }.Uri;
        var http = new HttpClient(handler) { BaseAddress = root, Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.UserAgent.ParseAdd(UserAgent);
        return http;
    }
}
