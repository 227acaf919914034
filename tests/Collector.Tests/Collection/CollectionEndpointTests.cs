using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using StocksDapr.Collector.Collection;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Publishing;
using StocksDapr.Support;

namespace StocksDapr.Collector.Tests.Collection;

public sealed class CollectionEndpointTests : IDisposable
{
    private readonly FakeStore _store = new();
    private readonly string _data = Directory.CreateTempSubdirectory("stocks-collector-").FullName;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task Tick_of_the_schedule_is_answered_at_once_and_collects()
    {
        await using var service = Service(("Collector:Simulated:Symbols", "2"), ("Collector:Simulated:DailyYears", "1"));
        using var client = service.CreateClient();
        await Eventually.BeTrueAsync(() => _store.SeriesAsked == 2);

        (await client.PostAsync("/collect-due", null)).StatusCode.Should().Be(HttpStatusCode.OK);

        await Eventually.BeTrueAsync(() => _store.SeriesAsked == 4);
        _store.Batches.Select(batch => batch.Symbol).Distinct().Should().HaveCount(2);
    }

    [Fact]
    public async Task Without_the_simulated_provider_nothing_is_collected()
    {
        await using var service = Service(("Collector:Simulated:Enabled", "false"));
        using var client = service.CreateClient();

        (await client.PostAsync("/collect-due", null)).StatusCode.Should().Be(HttpStatusCode.OK);

        _store.SeriesAsked.Should().Be(0);
    }

    [Theory]
    [InlineData("Collector:Simulated:Symbols", "0")]
    [InlineData("Collector:Simulated:Symbols", "121")]
    [InlineData("Collector:Simulated:DailyYears", "16")]
    [InlineData("Collector:Simulated:IntradayDays", "0")]
    [InlineData("Collector:Simulated:Faults:Gaps", "1.5")]
    [InlineData("Collector:Simulated:Faults:TimeOuts", "NaN")]
    [InlineData("Collector:Collection:AskAgainAfter", "00:00:00")]
    public void Option_that_makes_no_sense_is_named_at_start(string key, string value)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration[key] = value;
        builder.AddProviders();
        builder.AddCollection();
        using var app = builder.Build();

        FluentActions.Invoking(app.Services.GetRequiredService<IStartupValidator>().Validate)
            .Should().Throw<OptionsValidationException>().WithMessage($"*{key}*");
    }

    private ServiceUnderTest Service(params (string Key, string Value)[] settings) => new(_store, [("STOCKS_DATA", _data), .. settings]);

    private sealed class ServiceUnderTest(FakeStore store, (string Key, string Value)[] settings) : WebApplicationFactory<CollectionWorker>
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            foreach (var (key, value) in settings)
                builder.UseSetting(key, value);
            builder.ConfigureTestServices(services =>
            {
                services.AddSingleton<IMessagePublisher>(store);
                services.AddSingleton<IStoredBars>(store);
            });
        }
    }
}
