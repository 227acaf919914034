using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using StocksDapr.Collector.Live;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Providers.AlphaVantage;
using StocksDapr.Collector.Providers.Finnhub;
using StocksDapr.Collector.Providers.Fmp;
using StocksDapr.Collector.Providers.TwelveData;
using StocksDapr.Collector.Providers.Vendors;
using StocksDapr.Collector.Providers.Yahoo;
using StocksDapr.Contracts;
using StocksDapr.ServiceDefaults;

namespace StocksDapr.Collector.Tests.Vendors;

public sealed class VendorOptionsTests
{
    [Theory]
    [InlineData("https://proxy.example.com/td/", true)]
    [InlineData("http://127.0.0.1:5000", true)]
    [InlineData("http://localhost", true)]
    [InlineData("http://proxy.example.com/", false)]
    [InlineData("https://user:secret@proxy.example.com/", false)]
    [InlineData("https://proxy.example.com/?apikey=secret", false)]
    [InlineData("ftp://proxy.example.com/", false)]
    [InlineData("/relative", false)]
    public void Address_that_a_key_must_not_be_sent_to_is_refused_at_start(string address, bool isGood)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Collector:Providers:twelvedata:BaseAddress"] = address });
        builder.AddTwelveData();
        using var services = builder.Services.BuildServiceProvider();

        var validating = FluentActions.Invoking(() => services.GetRequiredService<IStartupValidator>().Validate());

        if (isGood)
            validating.Should().NotThrow();
        else
            validating.Should().Throw<OptionsValidationException>().Which.Message.Should().Contain("Collector:Providers:twelvedata:BaseAddress").And.NotContain("secret");
    }

    [Fact]
    public async Task Provider_is_made_with_the_keyring_of_its_vendor()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.AddServiceDefaults(AppIds.Collector);
        builder.Services.AddSingleton<CollectorMetrics>();
        builder.AddTwelveData();
        builder.AddFmp();
        builder.AddAlphaVantage();
        builder.AddFinnhub();
        builder.AddYahoo();
        await using var app = builder.Build();

        app.Services.GetRequiredService<TwelveDataProvider>().Capabilities.MaxSymbols.Should().Be(8, "that is what a key of the free plan can pay for");
        app.Services.GetRequiredService<FmpProvider>().Name.Should().Be("fmp");
        app.Services.GetRequiredService<AlphaVantageProvider>().Name.Should().Be("alphavantage");
        app.Services.GetRequiredService<FinnhubProvider>().Name.Should().Be("finnhub");
        app.Services.GetRequiredService<YahooProvider>().Name.Should().Be("yahoo");
        app.Services.GetServices<IOptionChainProvider>().Select(provider => provider.Name).Should().Equal("alphavantage");
        app.Services.GetServices<LiveSource>().Select(source => (source.Stream.Name, source.Stream.MaxStreamedSymbols)).Should().Equal(("finnhub", 50));
    }

    [Theory]
    [InlineData("Delay", "-00:01:00")]
    [InlineData("HistoryYears", "0")]
    [InlineData("Timeout", "00:00:00")]
    [InlineData("CreditsPerDay", "-1")]
    [InlineData("PauseAfterFailures", "00:00:00")]
    [InlineData("LongestPause", "00:00:01")]
    [InlineData("LongestPause", "2.00:00:00")]
    public void Setting_that_cannot_be_is_refused_at_start(string setting, string value)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { [$"Collector:Providers:fmp:{setting}"] = value });
        builder.AddFmp();
        using var services = builder.Services.BuildServiceProvider();

        FluentActions.Invoking(() => services.GetRequiredService<IStartupValidator>().Validate()).Should().Throw<OptionsValidationException>()
            .Which.Message.Should().Contain($"Collector:Providers:fmp:{setting}");
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("true", true)]
    public void Unofficial_provider_is_off_until_it_is_switched_on(string? enabled, bool isUsed)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Collector:Providers:yahoo:Enabled"] = enabled });

        builder.AddYahoo().Should().Be(isUsed);

        using var services = builder.Services.BuildServiceProvider();
        services.GetRequiredService<IOptionsMonitor<VendorOptions>>().Get("yahoo").Enabled.Should().Be(isUsed);
        services.GetRequiredService<IOptions<YahooOptions>>().Value.Enabled.Should().Be(isUsed);
    }

    [Theory]
    [InlineData("yahoo:MinimumGap", "-00:00:01", false)]
    [InlineData("yahoo:UserAgent", "\r\nX: y", false)]
    [InlineData("yahoo:UserAgent", "MySystem/1.0 (me@example.com)", true)]
    [InlineData("yahoo:CookieAddress", "ftp://example.com", false)]
    [InlineData("finnhub:StreamAddress", "ws://example.com", false)]
    [InlineData("finnhub:StreamAddress", "wss://example.com/?token=secret", false)]
    [InlineData("finnhub:StreamAddress", "ws://127.0.0.1:5000", true)]
    [InlineData("finnhub:MaxStreamedSymbols", "0", false)]
    public void What_a_vendor_has_beyond_the_others_is_checked_at_start(string key, string value, bool isGood)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { [$"Collector:Providers:{key}"] = value });
        builder.AddFinnhub();
        builder.AddYahoo();
        using var services = builder.Services.BuildServiceProvider();

        var validating = FluentActions.Invoking(() => services.GetRequiredService<IStartupValidator>().Validate());

        if (isGood)
            validating.Should().NotThrow();
        else
            validating.Should().Throw<OptionsValidationException>().Which.Message.Should().Contain($"Collector:Providers:{key}").And.NotContain("secret");
    }
}
