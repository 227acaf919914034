using StocksDapr.Collector.Providers.Vendors;

namespace StocksDapr.Collector.Providers.TwelveData;

/// <summary>The section <c>Collector:Providers:twelvedata</c>.</summary>
internal sealed class TwelveDataOptions : VendorOptions
{
    /// <summary>What the free plan ("Basic") allows each key: 8 credits a minute, 800 a day. Source: Twelve Data, "Pricing", plan Basic.</summary>
    public const int FreeCreditsPerMinute = 8;

    /// <inheritdoc cref="FreeCreditsPerMinute"/>
    public const int FreeCreditsPerDay = 800;

    /// <summary>Where the vendor answers, unless <see cref="VendorOptions.BaseAddress"/> says otherwise.</summary>
    public static readonly Uri Address = new("https://api.twelvedata.com/");

    /// <summary>
    /// How long after its end a bar is asked for: the vendor shows US bars in real time and settles them within the minute. More for exchanges that are
    /// delayed.
    /// </summary>
    public TimeSpan Delay { get; set; } = TimeSpan.FromMinutes(1);
}
