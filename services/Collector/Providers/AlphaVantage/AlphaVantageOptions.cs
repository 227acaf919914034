using StocksDapr.Collector.Providers.Vendors;

namespace StocksDapr.Collector.Providers.AlphaVantage;

/// <summary>The section <c>Collector:Providers:alphavantage</c>.</summary>
internal sealed class AlphaVantageOptions : VendorOptions
{
    /// <summary>Where Alpha Vantage answers.</summary>
    public static readonly Uri Address = new("https://www.alphavantage.co");

    /// <summary>
    /// Whether the keys have a paid plan, with which daily bars go back for more than 100 sessions. Null to find out: the provider is asked once, and a
    /// refusal is remembered for a day.
    /// </summary>
    public bool? Premium { get; set; }

    /// <summary>Whether option chains are today's quotes, which want one of the larger plans, and not those of the last session's end.</summary>
    public bool RealtimeOptions { get; set; }
}
