using System.Text.Json;
using Dapr.Workflow.Abstractions;
using Microsoft.Extensions.DependencyInjection;
using StocksDapr.Collector.Backfills;
using StocksDapr.Collector.Parts;
using StocksDapr.Collector.Providers.Keys;
using StocksDapr.Collector.Runs;
using StocksDapr.Collector.Tests.Runs;
using StocksDapr.Collector.Tests.Tracking;
using StocksDapr.Contracts.Messages;
using StocksDapr.Support;
using StocksDapr.Vendors;
using StocksDapr.Vendors.Fmp;
using StocksDapr.Vendors.TwelveData;

namespace StocksDapr.Collector.Tests.Schedules;

/// <summary>The vendors as the service registers them, with keys from the secret store, budgets in the state store and emulators in the place of the vendors.</summary>
public sealed class RegisteredVendorsTests : IAsyncLifetime
{
    private readonly TwelveDataEmulator _twelveData = new(EmulatedMarket.Shared, TimeProvider.System);
    private readonly FmpEmulator _fmp = new(EmulatedMarket.Shared, TimeProvider.System);
    private StateServer _state = null!;
    private TrackingServer _server = null!;
    private WorkflowStage _stage = null!;

    public async Task InitializeAsync()
    {
        await _twelveData.StartAsync();
        await _fmp.StartAsync();
        _state = await StateServer.StartAsync();
        _server = await TrackingServer.StartWithVendorsAsync(_state, new Dictionary<string, string?>
        {
            ["Secrets:TWELVEDATA_API_KEY"] = VendorEmulator.GoodKey,
            ["Secrets:FMP_API_KEY"] = VendorEmulator.GoodKey,
            ["Collector:Providers:twelvedata:BaseAddress"] = _twelveData.Address.ToString(),
            ["Collector:Providers:fmp:BaseAddress"] = _fmp.Address.ToString(),
            ["Collector:Providers:twelvedata:CreditsPerMinute"] = "0",
            ["Collector:Tracking:Default"] = "false",
        });
        var (services, host) = (_server.Services, new RunHouse.Host());
        var announcer = services.GetRequiredService<RunAnnouncer>();
        _stage = new WorkflowStage(new ManualTimeProvider(EmulatedMarket.After), new Dictionary<string, IWorkflowActivity>
        {
            [nameof(BeginRun)] = new BeginRun(new RunHouse.FakeClaims(), announcer, host),
            [nameof(AnnounceRun)] = new AnnounceRun(announcer, host),
            [nameof(FetchPart)] = new FetchPart(services.GetRequiredService<PartFetch>(), announcer, host, TimeProvider.System),
            [nameof(AwaitStored)] = new AwaitStored(_server.Store, host, TimeProvider.System),
            [nameof(MarkUnknown)] = new MarkUnknown(_server.Tracked, host),
        });
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _state.DisposeAsync();
        await _twelveData.DisposeAsync();
        await _fmp.DisposeAsync();
    }

    [Fact]
    public async Task Real_bars_come_from_the_first_vendor_and_when_it_fails_from_the_second()
    {
        var keyrings = _server.Services.GetRequiredService<ProviderKeyrings>();
        await Eventually.BeTrueAsync(() => keyrings.All.Count(keyring => keyring.Keys is { Count: > 0 } && keyring.Terms.KeySecret is not null) == 2);

        await BackfillAsync("backfill-1");
        _server.Store.Batches.Should().HaveCount(2).And.OnlyContain(batch => batch.Provenance.Provider == "twelvedata" && batch.Bars.Count == 5);

        _server.Store.Published.Clear();
        _twelveData.Fault = VendorFault.Status500;
        await BackfillAsync("backfill-2");

        _server.Store.Batches.Should().HaveCount(2).And.OnlyContain(batch => batch.Provenance.Provider == "fmp" && batch.Bars.Count == 5);
        _server.Store.Events.OfType<RunRequest>().Select(request => request.Provider).Distinct().Should().Equal("twelvedata", "fmp");
        _server.Store.Events.OfType<RunEnded>().Single().Outcome.Should().Be(RunOutcome.Completed);
        _twelveData.Violations.Concat(_fmp.Violations).Should().BeEmpty();
    }

    private async Task BackfillAsync(string id)
    {
        var (order, problem) = await _server.Services.GetRequiredService<BackfillReader>().ReadAsync(
            JsonElement.Parse("""{"symbols":["AAPL","MSFT"],"interval":"1d","from":"2025-11-17","to":"2025-11-21"}"""),
            new PartPatience(TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(1), 2, TimeSpan.FromMinutes(15)), default);
        problem.Should().BeNull();
        await _stage.RunAsync(new RunBackfill(), id, order!);
    }
}
