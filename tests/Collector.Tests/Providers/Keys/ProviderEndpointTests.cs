using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Providers.Health;
using StocksDapr.Collector.Providers.Keys;
using StocksDapr.Collector.Tests.Backfills;
using StocksDapr.Contracts;
using StocksDapr.ServiceDefaults;
using StocksDapr.Support;

namespace StocksDapr.Collector.Tests.Providers.Keys;

/// <summary>Two services with real web servers over one shared state.</summary>
public sealed class ProviderEndpointTests : IAsyncLifetime
{
    private readonly SharedState _state = new(Task.Delay, new Random(1));
    private readonly List<WebApplication> _services = [];

    public async Task InitializeAsync()
    {
        for (var index = 0; index < 2; index++)
        {
            var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
            builder.Configuration.AddInMemoryCollection(BackfillServer.NoSidecar).AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Secrets:STUB_API_KEY"] = "first-secret, second-secret",
                ["Collector:Providers:stub:CreditsPerDay"] = "0",
                ["Collector:Providers:other:Enabled"] = "false",
            });
            builder.AddServiceDefaults(AppIds.Collector);
            builder.Services.AddSingleton<IProviderState>(_state);
            builder.AddProviderKeys(new VendorTerms("stub", "STUB_API_KEY", new KeyLimits(8, 800)));
            builder.AddProviderKeys(new VendorTerms("daily", "STUB_API_KEY", new KeyLimits(null, 25)));
            builder.AddProviderKeys(new VendorTerms("other", "OTHER_API_KEY", new KeyLimits(5)));
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Logging.ClearProviders();
            var service = builder.Build();
            service.UseServiceDefaults();
            service.MapProviders();
            await service.StartAsync();
            _services.Add(service);
        }
    }

    public async Task DisposeAsync()
    {
        foreach (var service in _services)
        {
            await service.StopAsync();
            await service.DisposeAsync();
        }
    }

    [Fact]
    public async Task Every_replica_shows_what_all_have_spent_and_seen_and_never_a_key()
    {
        var keys = KeysOf(0);
        var grant = await keys.AcquireAsync(new RequestCost(5), default);
        grant.Error.Should().BeNull();
        await keys.ReportAsync(grant, new KeyReport(new ProviderError(ProviderErrorKind.Malformed, "Not JSON."), null), default);

        await Eventually.BeTrueAsync(async () => (await StubAsync(0)).GetProperty("lastHour").GetProperty("count").GetInt32() == 1);
        await Eventually.BeTrueAsync(async () => (await StubAsync(1)).GetProperty("keys").GetArrayLength() == 2);
        var stub = await StubAsync(1);

        stub.GetProperty("state").GetString().Should().Be("ready");
        stub.GetProperty("configured").GetBoolean().Should().BeTrue();
        stub.GetProperty("largestRequest").GetInt32().Should().Be(8);
        stub.GetProperty("circuit").GetProperty("state").GetString().Should().Be("closed");
        stub.GetProperty("lastError").GetProperty("kind").GetString().Should().Be("malformed");
        stub.GetProperty("lastHour").GetProperty("goodShare").GetDouble().Should().Be(0);
        var minutes = stub.GetProperty("keys").EnumerateArray().Select(key => key.GetProperty("minute")).ToList();
        minutes.Select(minute => minute.GetProperty("left").GetInt32()).Should().BeEquivalentTo([3, 8]);
        minutes.Single(minute => minute.GetProperty("left").GetInt32() == 3).GetProperty("renewsAt").GetDateTimeOffset().Should().BeAfter(grant.At.AddSeconds(60));
        stub.GetProperty("keys")[0].TryGetProperty("day", out _).Should().BeFalse("0 means no limit");
        (await _services[1].Services.GetRequiredService<ProviderOverview>().GetAsync(default)).Providers.Single(provider => provider.Name == "other").State.Should().Be("off");
        (await TextAsync(1)).Should().NotContain("secret");
    }

    [Fact]
    public async Task State_store_that_is_away_is_said_and_what_was_last_seen_is_shown()
    {
        await Eventually.BeTrueAsync(async () => (await StubAsync(0)).GetProperty("keys").GetArrayLength() == 2);
        _state.IsAway = true;

        var stub = await StubAsync(0);

        stub.GetProperty("trouble").GetString().Should().Contain("state store");
        stub.GetProperty("state").GetString().Should().Be("stopped", "nothing is spent that cannot be written down");
        stub.GetProperty("keys").GetArrayLength().Should().Be(2);
    }

    [Fact]
    public async Task What_waits_is_shown_and_what_waited_in_a_replica_that_has_died_is_not()
    {
        await Eventually.BeTrueAsync(async () => (await StubAsync(1)).GetProperty("keys").GetArrayLength() == 2);
        using var end = new CancellationTokenSource();
        var asked = Enumerable.Range(0, 5).Select(_ => KeysOf(0).AcquireAsync(new RequestCost(8), end.Token)).ToList();

        await Eventually.BeTrueAsync(async () => (await StubAsync(1)).GetProperty("queue").GetProperty("sentAway").GetInt32() == 1);

        var stub = await StubAsync(1);
        stub.GetProperty("state").GetString().Should().Be("waiting");
        stub.GetProperty("queue").GetProperty("length").GetInt32().Should().Be(2);
        stub.GetProperty("queue").GetProperty("nextGrant").GetDateTimeOffset().Should().BeAfter(stub.GetProperty("queue").GetProperty("waitingSince").GetDateTimeOffset().AddSeconds(55));
        await end.CancelAsync();

        var gone = DateTimeOffset.UnixEpoch;
        await Eventually.BeTrueAsync(async () =>
        {
            var (ledger, version) = await _state.ReadAsync<ProviderLedger>("provider-budget-daily", default);
            return await _state.TryWriteAsync(
                "provider-budget-daily",
                (ledger ?? ProviderLedger.Empty) with { Waiting = [new WaitingRequest("x", "gone", 1, null, gone)], Leases = new Dictionary<string, DateTimeOffset> { ["gone"] = gone } }, version, default);
        });
        (await ProviderAsync(1, "daily")).GetProperty("queue").GetProperty("length").GetInt32().Should().Be(0);
    }

    [Fact]
    public async Task Budget_of_a_day_comes_back_at_the_vendors_midnight()
    {
        await Eventually.BeTrueAsync(async () => (await ProviderAsync(0, "daily")).GetProperty("keys").GetArrayLength() == 2);
        var before = TimeProvider.System.GetUtcNow().UtcDateTime.Date;
        await KeysOf(0, "daily").AcquireAsync(new RequestCost(), default);

        var day = (await ProviderAsync(0, "daily")).GetProperty("keys").EnumerateArray().Select(key => key.GetProperty("day")).Single(day => day.GetProperty("left").GetInt32() == 24);

        day.GetProperty("renewsAt").GetDateTimeOffset().UtcDateTime.Should().BeOneOf(before.AddDays(1), before.AddDays(2));
        if (TimeProvider.System.GetUtcNow().UtcDateTime.Date == before)
            day.GetProperty("renewsAt").GetDateTimeOffset().UtcDateTime.Should().Be(before.AddDays(1));
    }

    [Theory]
    [InlineData(nameof(ProviderErrorKind.NotEntitled), 2, "keysRefused")]
    [InlineData(nameof(ProviderErrorKind.Unavailable), 5, "failing")]
    public async Task State_says_in_a_word_why_a_provider_is_not_asked(string kind, int times, string state)
    {
        for (var time = 0; time < times; time++)
        {
            var grant = await KeysOf(0).AcquireAsync(new RequestCost(), default);
            await KeysOf(0).ReportAsync(grant, new KeyReport(new ProviderError(Enum.Parse<ProviderErrorKind>(kind), "No."), null), default);
        }

        await Eventually.BeTrueAsync(async () => (await StubAsync(0)).GetProperty("state").GetString() == state);
    }

    [Fact]
    public async Task Service_that_stops_tells_the_others_what_it_has_seen()
    {
        await Eventually.BeTrueAsync(async () => (await StubAsync(0)).GetProperty("keys").GetArrayLength() == 2);
        var grant = await KeysOf(0).AcquireAsync(new RequestCost(), default);
        await KeysOf(0).ReportAsync(grant, new KeyReport(null, null), default);

        await _services[0].StopAsync();

        (await StubAsync(1)).GetProperty("lastHour").GetProperty("goodShare").GetDouble().Should().Be(1);
    }

    [Fact]
    public async Task Budgets_are_metrics_too()
    {
        await Eventually.BeTrueAsync(async () => (await StubAsync(0)).GetProperty("keys").GetArrayLength() == 2);

        using var client = new HttpClient { BaseAddress = new Uri(_services[0].Urls.Single()) };
        var metrics = await client.GetStringAsync("/metrics");

        metrics.Should().Contain("collector_provider_budget_left{key=\"1\",provider=\"stub\",window=\"minute\"} 8");
        metrics.Should().Contain("collector_provider_circuit{provider=\"stub\"} 0").And.Contain("collector_provider_waiting{provider=\"stub\"} 0");
    }

    private ProviderKeyring KeysOf(int service, string provider = "stub") => _services[service].Services.GetRequiredService<ProviderKeyrings>().For(provider);

    private async Task<string> TextAsync(int service)
    {
        using var client = new HttpClient { BaseAddress = new Uri(_services[service].Urls.Single()) };
        return await client.GetStringAsync("/providers");
    }

    private Task<JsonElement> StubAsync(int service) => ProviderAsync(service, "stub");

    private async Task<JsonElement> ProviderAsync(int service, string name)
    {
        using var client = new HttpClient { BaseAddress = new Uri(_services[service].Urls.Single()) };
        var list = await client.GetFromJsonAsync<JsonElement>("/providers");
        return list.GetProperty("providers").EnumerateArray().Single(provider => provider.GetProperty("name").GetString() == name);
    }
}
