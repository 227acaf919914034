using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using StocksDapr.Collector.Providers.Fmp;
using StocksDapr.Collector.Providers.TwelveData;
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
        await using var app = builder.Build();

        app.Services.GetRequiredService<TwelveDataProvider>().Capabilities.MaxSymbols.Should().Be(8, "that is what a key of the free plan can pay for");
        app.Services.GetRequiredService<FmpProvider>().Name.Should().Be("fmp");
    }

    [Theory]
    [InlineData("Delay", "-00:01:00")]
    [InlineData("HistoryYears", "0")]
    [InlineData("Timeout", "00:00:00")]
    [InlineData("CreditsPerDay", "-1")]
    public void Setting_that_cannot_be_is_refused_at_start(string setting, string value)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { [$"Collector:Providers:fmp:{setting}"] = value });
        builder.AddFmp();
        using var services = builder.Services.BuildServiceProvider();

        FluentActions.Invoking(() => services.GetRequiredService<IStartupValidator>().Validate()).Should().Throw<OptionsValidationException>()
            .Which.Message.Should().Contain($"Collector:Providers:fmp:{setting}");
    }
}
