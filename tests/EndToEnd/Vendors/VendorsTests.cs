using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using StocksDapr.Market;
using StocksDapr.Support;
using StocksDapr.Vendors;

namespace StocksDapr.EndToEnd.Vendors;

/// <summary>Real data from the vendors, from a key in the environment to the public API, with real processes. Each test tracks series that no other does.</summary>
public sealed class VendorsTests(VendorsPlatform platform) : IClassFixture<VendorsPlatform>, IAsyncLifetime
{
    private const string TwelveDataFails = """{"code":503,"message":"We are on it","status":"error"}""";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>The newest session that was over before the test began: what comes after it may or may not be there.</summary>
    private readonly Session _session = ExchangeCalendar.UsEquities.LastCompletedSession(TimeProvider.System.GetUtcNow().AddHours(-1))!.Value;

    /// <summary>The test before may have killed something, or made a vendor fail.</summary>
    public async Task InitializeAsync()
    {
        await Eventually.BeTrueAsync(() => platform.AnswersAsync("/api/v1/tracking"), Patience);
        await BackAsync("twelvedata");
        await BackAsync("fmp");
    }

    public Task DisposeAsync()
    {
        platform.Heal();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task With_a_key_in_the_environment_bars_come_as_the_vendor_has_them()
    {
        foreach (var symbol in new[] { EmulatedMarket.Apple, EmulatedMarket.Berkshire })
            await TrackAsync(symbol, "15min", "1h");
        await TrackAsync(EmulatedMarket.Microsoft, "1d");

        foreach (var interval in new[] { Interval.FifteenMinutes, Interval.OneHour })
        {
            await ShouldBeStoredAsync(EmulatedMarket.Apple, interval, "twelvedata");
            await ShouldBeStoredAsync(EmulatedMarket.Berkshire, interval, "twelvedata");
        }

        await ShouldBeStoredAsync(EmulatedMarket.Microsoft, Interval.OneDay, "twelvedata");
        (await ProviderAsync("twelvedata")).GetProperty("keys").EnumerateArray().Should().HaveCount(5)
            .And.OnlyContain(key => key.GetProperty("minute").GetProperty("limit").GetInt32() == 8);
        platform.NoVendorShouldHaveComplained();
    }

    [Fact]
    public async Task When_a_vendor_fails_the_next_one_fills_in_and_when_it_is_back_it_is_asked_again()
    {
        var (vendor, next) = (platform.TwelveData, platform.Fmp.Requests.Count);

        vendor.Fault = VendorFault.Status500;
        await TrackAsync(EmulatedMarket.Apple, "30min");
        await ShouldBeStoredAsync(EmulatedMarket.Apple, Interval.ThirtyMinutes, "fmp");
        platform.Fmp.Requests.Count.Should().BeGreaterThan(next);
        await ShouldHaveFailedWithAsync("unavailable", "500");

        await TriedAgainAsync();
        (vendor.Fault, vendor.Instead) = (VendorFault.None, _ => EmulatedAnswer.Ok(TwelveDataFails));
        await TrackAsync(EmulatedMarket.Microsoft, "30min");
        await ShouldBeStoredAsync(EmulatedMarket.Microsoft, Interval.ThirtyMinutes, "fmp");
        await ShouldHaveFailedWithAsync("unavailable", "503");

        await TriedAgainAsync();
        (vendor.Fault, vendor.Instead) = (VendorFault.Hang, null);
        await TrackAsync(EmulatedMarket.Berkshire, "30min");
        await ShouldBeStoredAsync(EmulatedMarket.Berkshire, Interval.ThirtyMinutes, "fmp");
        await ShouldHaveFailedWithAsync("timedOut", "No answer");

        vendor.Fault = VendorFault.None;
        await BackAsync("twelvedata");
        await TrackAsync(EmulatedMarket.Apple, "5min");
        await ShouldBeStoredAsync(EmulatedMarket.Apple, Interval.FiveMinutes, "twelvedata");
        (await ProviderAsync("twelvedata")).GetProperty("circuit").GetProperty("state").GetString().Should().Be("closed");
        await ShouldBeStoredAsync(EmulatedMarket.Apple, Interval.ThirtyMinutes, "fmp", because: "what was stored keeps its source");
        platform.NoVendorShouldHaveComplained();
    }

    [Fact]
    public async Task A_budget_outlives_the_death_of_who_spends_it_and_nothing_is_lost_or_doubled()
    {
        var vendor = platform.AlphaVantage;
        (platform.TwelveData.Fault, platform.Fmp.Fault) = (VendorFault.Status500, VendorFault.Status500);
        await TrackAsync(EmulatedMarket.Apple, "1d");
        await ShouldBeStoredAsync(EmulatedMarket.Apple, Interval.OneDay, "alphavantage");

        // The rest of the day's budget is on its way when the process dies: it counts as spent, though nobody has seen an answer.
        var answers = new TaskCompletionSource();
        vendor.Held = answers.Task;
        await TrackAsync(EmulatedMarket.Berkshire, "1d");
        await Eventually.BeTrueAsync(() => Spent(vendor) == VendorsPlatform.AlphaVantagePerDay, Patience);
        Kill(platform.ProcessOf("collector"));
        vendor.Held = null;
        answers.SetResult();

        await ShouldBeStoredAsync(EmulatedMarket.Berkshire, Interval.OneDay, "yahoo");
        await ShouldBeStoredAsync(EmulatedMarket.Apple, Interval.OneDay, "alphavantage");
        Spent(vendor).Should().Be(VendorsPlatform.AlphaVantagePerDay);
        (await CountAsync("SELECT count(*) FROM market.bar_revisions")).Should().Be(0, "nothing was stored twice in different ways");
        platform.NoVendorShouldHaveComplained();
    }

    [Fact]
    public async Task What_is_tracked_brings_its_history_or_says_who_does_not_know_it()
    {
        await TrackAsync("NOSUCH", "1h");
        await TrackAsync(EmulatedMarket.Microsoft, "5min");
        await TrackAsync(EmulatedMarket.Berkshire, "5min");
        await ShouldBeStoredAsync(EmulatedMarket.Microsoft, Interval.FiveMinutes, "twelvedata");
        await ShouldBeStoredAsync(EmulatedMarket.Berkshire, Interval.FiveMinutes, "twelvedata");
        await Eventually.PassAsync(
            async () =>
            {
                var unknown = await platform.GetAsync("/api/v1/symbols/NOSUCH/tracking");
                unknown.GetProperty("state").GetString().Should().Be("unknown");
                unknown.GetProperty("unknown").GetProperty("providers").EnumerateArray().Select(name => name.GetString()).Should().Contain("twelvedata");
            },
            Patience);

        using var deleted = await platform.Gateway.DeleteAsync(Tracking(EmulatedMarket.Berkshire));
        deleted.StatusCode.Should().Be(HttpStatusCode.NoContent);
        using var none = await platform.Gateway.GetAsync(Tracking(EmulatedMarket.Berkshire));
        none.StatusCode.Should().Be(HttpStatusCode.NotFound);
        platform.NoVendorShouldHaveComplained();
    }

    [Fact]
    public async Task The_option_chain_of_what_is_tracked_with_its_options_comes_from_a_vendor()
    {
        await TrackAsync(EmulatedMarket.Apple, options: true, "1h");

        JsonElement chain = default;
        await Eventually.PassAsync(async () => chain = await platform.GetAsync($"/api/v1/options/{EmulatedMarket.Apple}"), Patience);

        chain.GetProperty("source").GetString().Should().Be("yahoo");
        var contracts = chain.GetProperty("contracts").EnumerateArray().ToList();
        contracts.Should().Contain(contract => contract.GetProperty("type").GetString() == "call" && contract.GetProperty("bid").GetDouble() == 9.05 && contract.GetProperty("ask").GetDouble() == 9.3)
            .And.Contain(contract => contract.GetProperty("type").GetString() == "put" && contract.GetProperty("bid").ValueKind == JsonValueKind.Null);
        platform.NoVendorShouldHaveComplained();
    }

    private static Uri Tracking(string symbol) => new($"/api/v1/symbols/{Uri.EscapeDataString(symbol)}/tracking", UriKind.Relative);

    private Task TrackAsync(string symbol, params string[] intervals) => TrackAsync(symbol, options: false, intervals);

    private async Task TrackAsync(string symbol, bool options, params string[] intervals)
    {
        using var answer = await platform.Gateway.PutAsJsonAsync(Tracking(symbol), new { intervals, options });
        answer.StatusCode.Should().Be(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Waits until all bars that the market has of the last sixty sessions, or of all its days, are there, each once, as the market has it.</summary>
    private async Task ShouldBeStoredAsync(string symbol, Interval interval, string source, string because = "")
    {
        var sessions = ExchangeCalendar.UsEquities.SessionsBetween(EmulatedMarket.FirstDay, _session.Date);
        var first = interval.IsIntraday ? sessions[Math.Max(sessions.Length - 50, 0)] : sessions[0];
        var expected = platform.Market.FinishedBars(symbol, interval, first.DayStart, _session.Close)
            .Where(bar => bar.Open is not null).Select(bar => new Bar(bar.Start, bar.Open, bar.High, bar.Low, bar.Close, bar.Volume, source)).ToList();
        var path = FormattableString.Invariant(
            $"/api/v1/bars/{Uri.EscapeDataString(symbol)}?interval={interval.Code}&from={first.Date:O}&to={_session.Date:O}&limit=10000");

        await Eventually.PassAsync(
            async () =>
            {
                var bars = (await platform.GetAsync(path)).GetProperty("bars").GetProperty(symbol).EnumerateArray().Select(Read).ToList();
                bars.Except(expected).Take(3).Should().BeEmpty(because);
                expected.Except(bars).Take(3).Should().BeEmpty(because);
                bars.Count.Should().Be(expected.Count, because);
            },
            Patience);
    }

    private static Bar Read(JsonElement bar) => new(
        DateTimeOffset.Parse(bar.GetProperty("t").GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
        bar.GetProperty("open").GetDouble(), bar.GetProperty("high").GetDouble(), bar.GetProperty("low").GetDouble(), bar.GetProperty("close").GetDouble(),
        bar.GetProperty("volume") is { ValueKind: JsonValueKind.Number } volume ? volume.GetInt64() : null, bar.GetProperty("source").GetString()!);

    /// <summary>Waits until Twelve Data may be tried again.</summary>
    private Task TriedAgainAsync() => Eventually.BeTrueAsync(
        async () => (await ProviderAsync("twelvedata")).GetProperty("circuit").GetProperty("state").GetString() != "open", Patience);

    /// <summary>
    /// A vendor that has failed is tried with one request at a time, and what comes beside that goes to the next one: this is such a request, for a series that no test looks at.
    /// </summary>
    private async Task BackAsync(string provider)
    {
        if (await IsClosedAsync())
            return;
        var day = _session.Date.ToString("O", CultureInfo.InvariantCulture);
        using var asked = await platform.Gateway.PostAsJsonAsync(
            new Uri("/api/v1/backfills", UriKind.Relative), new { symbols = new[] { EmulatedMarket.Index }, interval = "1d", from = day, to = day, provider });
        asked.StatusCode.Should().Be(HttpStatusCode.Accepted, await asked.Content.ReadAsStringAsync());
        await Eventually.BeTrueAsync(IsClosedAsync, Patience);

        async Task<bool> IsClosedAsync() => (await ProviderAsync(provider)).GetProperty("circuit").GetProperty("state").GetString() == "closed";
    }

    /// <summary>Twelve Data is left alone, and shown with what it did wrong; replicas tell each other so in the background.</summary>
    private Task ShouldHaveFailedWithAsync(string kind, string detail) => Eventually.PassAsync(async () =>
    {
        var provider = await ProviderAsync("twelvedata");
        provider.GetProperty("circuit").GetProperty("state").GetString().Should().BeOneOf("open", "halfOpen");
        provider.GetProperty("circuit").GetProperty("reason").GetString().Should().Contain(detail);
        provider.GetProperty("lastError").GetProperty("kind").GetString().Should().Be(kind);
    });

    private static int Spent(VendorEmulator vendor) => vendor.Requests.Sum(request => request.Credits);

    private async Task<JsonElement> ProviderAsync(string name) =>
        (await platform.GetAsync("/api/v1/providers")).GetProperty("providers").EnumerateArray().Single(provider => provider.GetProperty("name").GetString() == name);

    private async Task<long> CountAsync(string sql)
    {
        await using var command = platform.Database.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static void Kill(int pid)
    {
        using var process = Process.GetProcessById(pid);
        process.Kill();
    }

    private sealed record Bar(DateTimeOffset Start, double? Open, double? High, double? Low, double? Close, long? Volume, string Source);
}
