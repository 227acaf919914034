using System.ComponentModel.DataAnnotations;
using StocksDapr.Collector.Providers.Keys;
using StocksDapr.Collector.Providers.Vendors;

namespace StocksDapr.Collector.Providers.Fmp;

/// <summary>The section <c>Collector:Providers:fmp</c>.</summary>
internal sealed class FmpOptions : VendorOptions
{
    /// <summary>250 requests a day. Source: Financial Modeling Prep, "Pricing Plans", plan Basic.</summary>
    public static readonly KeyLimits FreePlan = new(CreditsPerDay: 250);

    /// <summary>Where the vendor answers, unless <see cref="VendorOptions.BaseAddress"/> says otherwise.</summary>
    public static readonly Uri Address = new("https://financialmodelingprep.com/stable/");

    /// <summary>How far back the plan goes, in years: 5 with the plan Basic, up to 30 with others.</summary>
    [Range(1, 60, ErrorMessage = "Collector:Providers:fmp:HistoryYears is 1 to 60, such as 5.")]
    public int HistoryYears { get; set; } = 5;

    /// <summary>How long after its end a bar is asked for: plans below the dearest see the market a quarter of an hour late.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00", ErrorMessage = "Collector:Providers:fmp:Delay is a time of up to a day, such as 00:15:00.")]
    public TimeSpan Delay { get; set; } = TimeSpan.FromMinutes(15);
}
