using System.ComponentModel.DataAnnotations;
using StocksDapr.Collector.Providers.Keys;
using StocksDapr.Collector.Providers.Vendors;

namespace StocksDapr.Collector.Providers.TwelveData;

/// <summary>The section <c>Collector:Providers:twelvedata</c>.</summary>
internal sealed class TwelveDataOptions : VendorOptions
{
    /// <summary>8 credits a minute, 800 a day (UTC). Source: Twelve Data, "Pricing", plan Basic.</summary>
    public static readonly KeyLimits FreePlan = new(CreditsPerMinute: 8, CreditsPerDay: 800);

    /// <summary>Where the vendor answers, unless <see cref="VendorOptions.BaseAddress"/> says otherwise.</summary>
    public static readonly Uri Address = new("https://api.twelvedata.com/");

    /// <summary>
    /// How long after its end a bar is asked for: the vendor shows US bars in real time and settles them within the minute. More for exchanges that are
    /// delayed.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00", ErrorMessage = "Collector:Providers:twelvedata:Delay is a time of up to a day, such as 00:01:00.")]
    public TimeSpan Delay { get; set; } = TimeSpan.FromMinutes(1);
}
