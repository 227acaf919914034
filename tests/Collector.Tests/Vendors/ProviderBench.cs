using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Providers.Keys;
using StocksDapr.Support;
using StocksDapr.Vendors;

namespace StocksDapr.Collector.Tests.Vendors;

/// <summary>What a provider is made from in a test: its vendor's emulator, a key, a clock that stands still.</summary>
internal sealed record ProviderSetting(Uri BaseAddress, IProviderKeys Keys, TimeSpan Timeout, TimeProvider Time, CollectorMetrics Metrics);

/// <summary>A provider beside the emulator of its vendor. At the end no request may have broken the vendor's rules.</summary>
internal sealed class ProviderBench(VendorEmulator emulator, ManualTimeProvider clock, FakeKeys keys, IMarketDataProvider provider, CollectorMetrics metrics)
    : IAsyncDisposable
{
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    public VendorEmulator Emulator => emulator;

    public ManualTimeProvider Clock => clock;

    public FakeKeys Keys => keys;

    public IMarketDataProvider Provider => provider;

    public async ValueTask DisposeAsync()
    {
        (provider as IDisposable)?.Dispose();
        await emulator.DisposeAsync();
        metrics.Dispose();
        emulator.Violations.Should().BeEmpty("the vendor's documentation forbids such requests");
    }
}
