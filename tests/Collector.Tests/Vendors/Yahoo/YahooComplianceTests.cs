using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Providers.Yahoo;
using StocksDapr.Vendors;
using StocksDapr.Vendors.Yahoo;

namespace StocksDapr.Collector.Tests.Vendors.Yahoo;

public sealed class YahooComplianceTests : ProviderCompliance
{
    private protected override bool WantsKey => false;

    /// <summary>The vendor's prices are singles.</summary>
    private protected override double PriceTolerance => 1e-7;

    private protected override VendorEmulator NewEmulator(EmulatedMarket market, TimeProvider clock) => new YahooEmulator(market, clock);

    private protected override IMarketDataProvider NewProvider(ProviderSetting setting) => new YahooProvider(
        new YahooOptions { BaseAddress = setting.BaseAddress, Timeout = setting.Timeout, MinimumGap = TimeSpan.Zero, PauseAfterRefusal = TimeSpan.Zero },
        setting.Keys, setting.Time, setting.Metrics);
}
