using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using StocksDapr.Collector.Collection;
using StocksDapr.Collector.OptionChains;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Providers.Simulated;
using StocksDapr.Collector.Tests.Collection;
using StocksDapr.Collector.Tests.Runs;
using StocksDapr.Collector.Tests.Tracking;
using StocksDapr.Collector.Tracking;
using StocksDapr.Market;
using StocksDapr.Support;

namespace StocksDapr.Collector.Tests.OptionChains;

/// <summary>Whose chains the service collects, as it registers them, and when.</summary>
public sealed class OptionScheduleTests : IAsyncDisposable
{
    private readonly FakeWorkflows _workflows = new();
    private readonly FakeTracking _tracked = new();
    private readonly WebApplication _app;

    public OptionScheduleTests()
    {
        var settings = new Dictionary<string, string?> { ["Collector:Options:Providers"] = "alphavantage, yahoo", ["Collector:Options:SimulatedSymbols"] = "3" };
        var builder = RunsHost.Prepare(settings, _workflows, new FakeStore(), new ManualTimeProvider(RunHouse.Noon));
        builder.AddOptionChains();
        builder.Services.Replace(ServiceDescriptor.Singleton<ITrackedSymbols>(_tracked));
        builder.Services.AddSingleton<IOptionChainProvider>(new Named("yahoo"));
        builder.Services.AddSingleton<IOptionChainProvider>(new Named("alphavantage"));
        _app = builder.Build();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Chains_are_wanted_of_what_is_tracked_with_options_and_of_the_largest_simulated_companies()
    {
        Track("AAPL", options: true);
        Track("MSFT", options: false);
        var markets = _app.Services.GetServices<OptionMarket>().ToDictionary(market => market.Name);

        markets[Markets.UsStocks].Providers.Select(provider => provider.Name).Should().Equal("alphavantage", "yahoo");
        (await markets[Markets.UsStocks].UnderlyingsAsync(default)).Should().Equal("AAPL");
        (await markets[Markets.Simulated].UnderlyingsAsync(default)).Should().Equal(
            _app.Services.GetRequiredService<SimulatedMarket>().Companies.OrderByDescending(company => company.DollarVolume).Take(3).Select(company => company.Symbol));
    }

    [Fact]
    public async Task A_snapshot_is_scheduled_once_and_only_where_somebody_wants_one()
    {
        var schedule = _app.Services.GetRequiredService<OptionSchedule>();
        await schedule.LookAsync(default);
        _workflows.Ids.Should().Equal("options-2026-11-20T1700Z-simulated");

        Track("AAPL", options: true);
        await schedule.LookAsync(default);
        await schedule.LookAsync(default);

        _workflows.Ids.Should().Equal("options-2026-11-20T1700Z-simulated", "options-2026-11-20T1700Z-us-stocks");
    }

    [Fact]
    public void Provider_that_there_is_not_is_refused_at_start()
    {
        var builder = RunsHost.Prepare(new Dictionary<string, string?> { ["Collector:Options:Providers"] = "yaho" }, _workflows, new FakeStore());
        builder.AddOptionChains();

        FluentActions.Invoking(() => builder.Build().Services.GetRequiredService<IOptions<OptionOptions>>().Value)
            .Should().Throw<OptionsValidationException>().WithMessage("*Collector:Options:Providers*yahoo*");
    }

    private void Track(string symbol, bool options) => _tracked.Symbols.Add(new TrackedSymbol(symbol, "ann", [Interval.OneDay], options, RunHouse.Noon));

    private sealed class Named(string name) : IOptionChainProvider
    {
        public string Name => name;

        public int CreditsForChain => 1;

        public Task<ProviderAnswer<OptionChainSnapshot>> GetOptionChainAsync(string underlying, DateOnly from, DateOnly to, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
