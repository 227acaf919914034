using StocksDapr.Vendors.AlphaVantage;
using StocksDapr.Vendors.Finnhub;
using StocksDapr.Vendors.Fmp;
using StocksDapr.Vendors.TwelveData;
using StocksDapr.Vendors.Yahoo;

namespace StocksDapr.Vendors;

/// <summary>A vendor that there is an emulator of, and how the platform is made to ask it.</summary>
/// <param name="Name">The provider's name in settings, and the source of its bars.</param>
/// <param name="KeySecret">The variable that holds its keys; null for a vendor that wants none.</param>
/// <param name="Make">Makes an emulator, which is still to be started.</param>
public sealed record EmulatedVendor(string Name, string? KeySecret, Func<EmulatedMarket, TimeProvider, VendorEmulator> Make)
{
    public static IReadOnlyList<EmulatedVendor> All { get; } =
    [
        new("twelvedata", "TWELVEDATA_API_KEY", (market, clock) => new TwelveDataEmulator(market, clock)),
        new("fmp", "FMP_API_KEY", (market, clock) => new FmpEmulator(market, clock)),
        new("alphavantage", "ALPHAVANTAGE_API_KEY", (market, clock) => new AlphaVantageEmulator(market, clock)),
        new("finnhub", "FINNHUB_API_KEY", (market, clock) => new FinnhubEmulator(market, clock)),
        new("yahoo", null, (market, clock) => new YahooEmulator(market, clock)),
    ];

    public static EmulatedVendor? Find(string name) => All.FirstOrDefault(vendor => vendor.Name == name);

    /// <summary>The environment in which <c>./stocks up</c> asks a running emulator of this vendor.</summary>
    public IEnumerable<(string Variable, string Value)> SettingsFor(VendorEmulator emulator)
    {
        if (KeySecret is not null)
            yield return (KeySecret, VendorEmulator.GoodKey);
        else
            yield return ($"Collector__Providers__{Name}__Enabled", "true");
        yield return ($"Collector__Providers__{Name}__BaseAddress", emulator.Address.ToString());
        foreach (var (setting, value) in emulator.MoreSettings)
            yield return ($"Collector__Providers__{Name}__{setting}", value);
    }
}
