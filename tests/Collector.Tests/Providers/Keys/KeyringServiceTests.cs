using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using StocksDapr.Collector.Providers.Health;
using StocksDapr.Collector.Providers.Keys;
using StocksDapr.Collector.Providers.Vendors;
using StocksDapr.ServiceDefaults;
using StocksDapr.Support;

namespace StocksDapr.Collector.Tests.Providers.Keys;

public sealed class KeyringServiceTests
{
    [Fact]
    public async Task Keys_that_change_in_the_secret_store_are_taken_over_without_a_restart()
    {
        var time = new ManualTimeProvider(BudgetScene.Start);
        var configuration = new ConfigurationManager { ["Secrets:STUB_API_KEY"] = "first, second, first" };
        await using var services = new ServiceCollection().AddOptions().BuildServiceProvider();
        using var keyrings = new ProviderKeyrings(
            [new VendorTerms("stub", "STUB_API_KEY", new KeyLimits(8))], services.GetRequiredService<IOptionsMonitor<VendorOptions>>(),
            new SharedState(_ => Task.CompletedTask, new Random(1)), time, NullLogger<ProviderKeyring>.Instance);
        using var gauges = new ProviderGauges(new ProviderOverview(keyrings, [], time));
        using var service = new KeyringService(
            keyrings, gauges, new SecretReader(null!, configuration, time, NullLogger<SecretReader>.Instance), time, NullLogger<KeyringService>.Instance);
        await service.StartAsync(default);
        await Eventually.BeTrueAsync(() => Secrets() is ["first", "second"]);

        configuration["Secrets:STUB_API_KEY"] = "third";

        await Eventually.BeTrueAsync(() =>
        {
            time.Advance(TimeSpan.FromMinutes(1));
            return Secrets() is ["third"];
        });
        await service.StopAsync(default);

        string?[]? Secrets() => keyrings.For("stub").Keys?.Select(key => key.Secret).ToArray();
    }
}
