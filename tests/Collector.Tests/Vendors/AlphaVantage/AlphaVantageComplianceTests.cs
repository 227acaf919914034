using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Providers.AlphaVantage;
using StocksDapr.Vendors;
using StocksDapr.Vendors.AlphaVantage;

namespace StocksDapr.Collector.Tests.Vendors.AlphaVantage;

public sealed class AlphaVantageComplianceTests : ProviderCompliance
{
    private protected override IReadOnlyList<string> Symbols => [EmulatedMarket.Apple, EmulatedMarket.Microsoft, EmulatedMarket.Berkshire];

    private protected override VendorEmulator NewEmulator(EmulatedMarket market, TimeProvider clock) => new AlphaVantageEmulator(market, clock);

    private protected override IMarketDataProvider NewProvider(ProviderSetting setting) => new AlphaVantageProvider(
        new AlphaVantageOptions { BaseAddress = setting.BaseAddress, Timeout = setting.Timeout }, setting.Keys, setting.Time, setting.Metrics);
}
