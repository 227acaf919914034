using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Providers.Finnhub;
using StocksDapr.Vendors;
using StocksDapr.Vendors.Finnhub;

namespace StocksDapr.Collector.Tests.Vendors.Finnhub;

public sealed class FinnhubComplianceTests : ProviderCompliance
{
    private protected override IReadOnlyList<string> Symbols => [EmulatedMarket.Apple, EmulatedMarket.Microsoft, EmulatedMarket.Berkshire];

    private protected override bool TellsUnknownSymbols => false;

    private protected override VendorEmulator NewEmulator(EmulatedMarket market, TimeProvider clock) => new FinnhubEmulator(market, clock);

    private protected override IMarketDataProvider NewProvider(ProviderSetting setting) => new FinnhubProvider(
        new FinnhubOptions { BaseAddress = setting.BaseAddress, Timeout = setting.Timeout }, setting.Keys, setting.Time, setting.Metrics);
}
