using System.Net.Http.Json;
using System.Text.Json;
using StocksDapr.Support;
using StocksDapr.Support.Platform;

namespace StocksDapr.EndToEnd;

/// <summary>The run itself: one command up, status, second up, import, one command down.</summary>
[Collection(PlatformCollection.Name)]
public sealed class RunTests(RunningPlatform platform)
{
    [Fact]
    public async Task The_gateway_is_ready_and_every_service_is_shown()
    {
        using var ready = await platform.Gateway.GetAsync(new Uri("/readyz", UriKind.Relative));
        ready.IsSuccessStatusCode.Should().BeTrue();

        var status = await platform.StocksAsync(["status", "--json"]);

        status.ExitCode.Should().Be(0);
        var run = JsonElement.Parse(status.Output);
        run.GetProperty("state").GetString().Should().Be("ready");
        run.GetProperty("services").EnumerateArray().Select(service => service.GetProperty("name").GetString())
            .Should().Contain(["postgres", "sidecars", "gateway", "collector", "processor", "writer", "query"]);
    }

    [Fact]
    public async Task A_second_up_says_that_it_is_running_already()
    {
        var up = await platform.UpAsync();

        up.ExitCode.Should().Be(0);
        up.Output.Should().Contain("running already").And.Contain(platform.Record.Gateway);
    }

    [Fact]
    public async Task Bars_of_a_file_are_read_back_through_the_gateway_and_a_second_import_changes_nothing()
    {
        var file = Path.Combine(platform.Data, "smoke.csv");
        await File.WriteAllTextAsync(file, """
            date,open,high,low,close,volume,Name
            2018-02-05,10.25,11.5,10,11.125,1000,SMOKE
            2018-02-06,11,12,10.5,11.75,2000,SMOKE
            not-a-date,11,12,10.5,11.75,2000,SMOKE

            """);
        var report = Path.Combine(platform.Data, "rejected.csv");

        var first = await platform.StocksAsync(["import", file, "--interval", "1d", "--source", "smoke", "--report", report]);
        first.ExitCode.Should().Be(0, first.ToString());
        var bars = (await platform.GetAsync("/api/v1/bars/SMOKE?interval=1d&from=2018-02-05&to=2018-02-06")).GetProperty("bars").GetProperty("SMOKE");
        var again = await platform.StocksAsync(["import", file, "--interval", "1d", "--source", "smoke"]);

        bars.EnumerateArray().Select(bar => (bar.GetProperty("t").GetString(), bar.GetProperty("open").GetDouble(), bar.GetProperty("volume").GetInt64()))
            .Should().Equal(("2018-02-05", 10.25, 1000), ("2018-02-06", 11, 2000));
        (await File.ReadAllLinesAsync(report)).Should().HaveCount(2).And.Contain(line => line.Contains(",4,"));
        again.ExitCode.Should().Be(0, again.ToString());
        again.Output.Should().MatchRegex(@"smoke\.csv\s*│\s*3\s*│\s*0\s*│\s*2\s*│\s*0\s*│\s*0\s*│\s*1\s*│");
    }

    [Fact]
    public async Task A_message_that_nobody_can_read_is_kept_and_can_be_replayed()
    {
        using var sidecar = new HttpClient();
        using var published = await sidecar.PostAsJsonAsync($"http://127.0.0.1:{platform.SidecarPortOf("writer")}/v1.0/publish/pubsub/bars", new { schema = 99 });
        published.IsSuccessStatusCode.Should().BeTrue();
        await Eventually.BeTrueAsync(async () => (await LettersAsync("waiting")).Length == 1);

        var replay = await platform.StocksAsync(["replay", "--topic", "bars"]);

        replay.ExitCode.Should().Be(0, replay.ToString());
        replay.Output.Trim().Should().Be("1 published again");
        (await LettersAsync("replayed")).Should().ContainSingle().Which.GetProperty("reason").GetString().Should().Contain("schema 99");
        await Eventually.BeTrueAsync(async () => (await LettersAsync("waiting")).Length == 1);
    }

    private async Task<JsonElement[]> LettersAsync(string state) =>
        [.. (await platform.GetAsync($"/api/v1/dead-letters?topic=bars&state={state}")).GetProperty("items").EnumerateArray()];
}
