using StocksDapr.Collector.Providers.Vendors;

namespace StocksDapr.Collector.Providers.Yahoo;

/// <summary>
/// The section <c>Collector:Providers:yahoo</c>. Off unless switched on: Yahoo has no documented interface for this data, may change or refuse it at any
/// time, and its terms decide who may use it for what.
/// </summary>
internal sealed class YahooOptions : VendorOptions
{
    /// <summary>Where Yahoo's pages get their data.</summary>
    public static readonly Uri Address = new("https://query1.finance.yahoo.com");

    public YahooOptions() => Enabled = false;

    /// <summary>The pause between the end of one request and the beginning of the next; there is never more than one at a time.</summary>
    public TimeSpan MinimumGap { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long nothing is asked after the first refusal for asking too much; doubled with every further one, an hour at most.</summary>
    public TimeSpan PauseAfterRefusal { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>What requests say that they come from; null for the name of this system.</summary>
    public string? UserAgent { get; set; }

    /// <summary>The page that hands out the cookie which option chains want.</summary>
    public Uri CookieAddress { get; set; } = new("https://fc.yahoo.com/");
}
