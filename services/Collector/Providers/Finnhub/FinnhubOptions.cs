using StocksDapr.Collector.Providers.Vendors;

namespace StocksDapr.Collector.Providers.Finnhub;

/// <summary>The section <c>Collector:Providers:finnhub</c>.</summary>
internal sealed class FinnhubOptions : VendorOptions
{
    /// <summary>Where Finnhub answers.</summary>
    public static readonly Uri Address = new("https://finnhub.io");

    /// <summary>Where its trades are streamed from; set for a proxy or an emulator.</summary>
    public Uri StreamAddress { get; set; } = new("wss://ws.finnhub.io");

    /// <summary>How many symbols a connection may subscribe to: 50 on the free plan.</summary>
    public int MaxStreamedSymbols { get; set; } = 50;
}
