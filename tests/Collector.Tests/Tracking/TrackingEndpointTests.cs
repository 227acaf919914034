using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using StocksDapr.Collector.Schedules;
using StocksDapr.Collector.Tracking;
using StocksDapr.Market;
using StocksDapr.Support;

namespace StocksDapr.Collector.Tests.Tracking;

public sealed class TrackingEndpointTests : IAsyncLifetime
{
    private static readonly (string, string) NoDefaults = ("Collector:Tracking:Default", "false");

    private StateServer _state = null!;

    public async Task InitializeAsync() => _state = await StateServer.StartAsync();

    public async Task DisposeAsync() => await _state.DisposeAsync();

    [Fact]
    public async Task A_symbol_is_tracked_by_who_asks_and_its_history_is_collected_at_once()
    {
        await using var server = await TrackingServer.StartAsync(_state, NoDefaults);
        await OthersAreTrackedAsync(server);

        var item = await ItemAsync(await server.PutAsync("tsm", """{"intervals":["15min","1d"],"options":true}"""));

        item.GetProperty("symbol").GetString().Should().Be("TSM");
        item.GetProperty("trackedBy").GetString().Should().Be("ann");
        item.GetProperty("intervals").EnumerateArray().Select(interval => interval.GetString()).Should().Equal("15min", "1d");
        item.GetProperty("options").GetBoolean().Should().BeTrue();
        item.GetProperty("state").GetString().Should().Be("collected");
        await Eventually.BeTrueAsync(() => server.Workflows.Ids.Count(id => id.StartsWith("track-")) == 3);
        server.Workflows.Scheduled.Where(run => run.Id.StartsWith("track-")).Select(run => run.Input).OfType<SlotInput>()
            .Should().OnlyContain(slot => slot.Symbols!.Single() == "TSM" && slot.Market == "us-stocks").And.HaveCount(2);
        server.Workflows.Ids.Should().OnlyContain(id => id.Length <= 64 && id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-' || letter == '_'));

        (await ItemAsync(await server.Client.GetAsync("/symbols/TSM/tracking"))).GetRawText().Should().Be(item.GetRawText());
    }

    [Fact]
    public async Task What_is_so_already_stays_so_whoever_says_it_again()
    {
        await using var server = await TrackingServer.StartAsync(_state, NoDefaults);
        await OthersAreTrackedAsync(server);
        var first = await ItemAsync(await server.PutAsync("TSM", """{"intervals":["1d"]}"""));
        var writes = _state.Writes;

        (await ItemAsync(await server.PutAsync("TSM", """{"intervals":["1d"],"options":false}""", "bob"))).GetRawText().Should().Be(first.GetRawText());
        (await ItemAsync(await server.PutAsync("TSM", account: "bob"))).GetRawText().Should().Be(first.GetRawText(), "days are what is tracked by default");
        _state.Writes.Should().Be(writes);

        var changed = await ItemAsync(await server.PutAsync("TSM", """{"options":true}""", "bob"));
        changed.GetProperty("trackedBy").GetString().Should().Be("bob");
        changed.GetProperty("since").GetString().Should().Be(first.GetProperty("since").GetString());

        await Eventually.BeTrueAsync(() => server.Workflows.Ids.Any(id => id.StartsWith("track-reference")));
        await server.PutAsync("TSM", """{"intervals":["15min","1d"]}""");
        await Eventually.BeTrueAsync(() => server.Workflows.Ids.Any(id => id.StartsWith("track-15min")));
        server.Workflows.Ids.Count(id => id.StartsWith("track-1d")).Should().Be(1, "the days are there already");
    }

    [Fact]
    public async Task A_class_of_shares_is_one_symbol_however_a_vendor_writes_it()
    {
        await using var server = await TrackingServer.StartAsync(_state, NoDefaults);

        (await ItemAsync(await server.PutAsync("brk-b"))).GetProperty("symbol").GetString().Should().Be("BRK.B");
        await server.PutAsync("BRK%2FB");

        (await server.Tracked.GetAsync(default)).Single().Symbol.Should().Be("BRK.B");
        (await server.Client.DeleteAsync("/symbols/BRK-B/tracking")).StatusCode.Should().Be(HttpStatusCode.NoContent);
        (await server.Tracked.GetAsync(default)).Should().BeEmpty();
    }

    [Fact]
    public async Task What_is_no_longer_tracked_is_not_collected_and_cannot_be_stopped_again()
    {
        await using var server = await TrackingServer.StartAsync(_state, NoDefaults);
        await server.PutAsync("BTC%2FUSD");
        (await server.Tracked.GetAsync(default)).Single().Symbol.Should().Be("BTC/USD");

        using var deleted = await server.Client.DeleteAsync("/symbols/BTC%2FUSD/tracking");
        deleted.StatusCode.Should().Be(HttpStatusCode.NoContent);
        (await server.Tracked.GetAsync(default)).Should().BeEmpty();
        await ExpectAsync(await server.Client.DeleteAsync("/symbols/BTC%2FUSD/tracking"), HttpStatusCode.NotFound, "not_tracked");
        await ExpectAsync(await server.Client.GetAsync("/symbols/BTC%2FUSD/tracking"), HttpStatusCode.NotFound, "not_tracked");
    }

    [Fact]
    public async Task An_answer_that_is_lost_changes_nothing_about_what_was_done()
    {
        await using var server = await TrackingServer.StartAsync(_state, NoDefaults);
        _state.LostAnswers = 1;
        (await server.PutAsync("TSM")).StatusCode.Should().Be(HttpStatusCode.OK);
        _state.LostAnswers = 1;
        (await server.Client.DeleteAsync("/symbols/TSM/tracking")).StatusCode.Should().Be(HttpStatusCode.NoContent, "it was there");
    }

    [Theory]
    [InlineData("A B", null, "bad_symbol")]
    [InlineData("ALDR.SIM", null, "bad_symbol")]
    [InlineData("AAPL", "[]", "bad_body")]
    [InlineData("AAPL", "{", "bad_json")]
    [InlineData("AAPL", """{"interval":"1d"}""", "unknown_property")]
    [InlineData("AAPL", """{"\ud800":"1d"}""", "unknown_property")]
    [InlineData("AAPL", """{"options":"yes"}""", "bad_options")]
    [InlineData("AAPL", """{"intervals":[]}""", "bad_intervals")]
    [InlineData("AAPL", """{"intervals":"1d"}""", "bad_intervals")]
    [InlineData("AAPL", """{"intervals":["1wk"]}""", "bad_intervals")]
    [InlineData("AAPL", """{"intervals":["\ud800"]}""", "bad_intervals")]
    [InlineData("AAPL", """{"intervals":[15]}""", "bad_intervals")]
    public async Task What_makes_no_sense_is_refused_and_the_answer_says_what_would(string symbol, string? body, string code)
    {
        await using var server = await TrackingServer.StartAsync(_state, NoDefaults);

        var problem = await ExpectAsync(await server.PutAsync(Uri.EscapeDataString(symbol), body), HttpStatusCode.BadRequest, code);

        problem.TryGetProperty("valid", out _).Should().BeTrue();
        (await server.Tracked.GetAsync(default)).Should().BeEmpty();
    }

    [Fact]
    public async Task The_default_list_is_tracked_once_a_provider_has_a_key_and_can_be_paged()
    {
        await using var server = await TrackingServer.StartAsync(_state);
        var symbols = new List<string>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await server.Client.GetFromJsonAsync<JsonElement>($"/tracking?limit=50{(cursor.Length == 0 ? "" : $"&cursor={cursor}")}");
            page.GetProperty("total").GetInt32().Should().Be(120);
            symbols.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("symbol").GetString()!));
            cursor = page.GetProperty("next").GetString();
        }

        (await server.Client.GetFromJsonAsync<JsonElement>("/tracking?limit=120")).GetProperty("next").GetString().Should().BeNull("that was all");
        symbols.Should().HaveCount(120).And.OnlyHaveUniqueItems().And.BeInAscendingOrder(StringComparer.Ordinal).And.Contain(["AAPL", "BRK.B"]);
        (await ItemAsync(await server.Client.GetAsync("/symbols/AAPL/tracking"))).GetProperty("trackedBy").GetString().Should().Be("default");
        await Eventually.BeTrueAsync(() => server.Workflows.Ids.Any(id => id.StartsWith("collect-1d-") && id.EndsWith("-us-stocks")));
        server.Workflows.Ids.Should().NotContain(id => id.StartsWith("collect-1min"), "nobody wants minutes");
        foreach (var query in (string[])["limit=0", "limit=x", "limit=1&limit=2", "limit=1001", "cursor=x", "cursor=", "page=2"])
            (await server.Client.GetAsync("/tracking?" + query)).StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Stock_of_the_default_list_that_somebody_does_not_want_does_not_come_back()
    {
        await using (var server = await TrackingServer.StartAsync(_state))
            (await server.Client.DeleteAsync("/symbols/AAPL/tracking")).StatusCode.Should().Be(HttpStatusCode.NoContent);

        await using var restarted = await TrackingServer.StartAsync(_state);

        (await restarted.Tracked.GetAsync(default)).Should().HaveCount(119).And.NotContain(tracked => tracked.Symbol == "AAPL");
    }

    [Fact]
    public async Task Without_a_key_nothing_is_tracked_by_default_and_what_somebody_tracks_waits()
    {
        await using var keyless = await TrackingServer.StartWithoutKeyAsync(_state);

        var item = await ItemAsync(await keyless.PutAsync("TSM"));

        item.GetProperty("state").GetString().Should().Be("waiting");
        (await keyless.Tracked.GetAsync(default)).Should().ContainSingle();
    }

    [Fact]
    public async Task Stock_that_somebody_tracked_before_there_was_a_key_stays_as_it_was_wanted()
    {
        await using (var keyless = await TrackingServer.StartWithoutKeyAsync(_state))
            await keyless.PutAsync("AAPL", """{"intervals":["1h"],"options":true}""");

        await using var server = await TrackingServer.StartAsync(_state);
        var tracked = await server.Tracked.GetAsync(default);

        tracked.Should().HaveCount(120);
        tracked.Single(symbol => symbol.Symbol == "AAPL").Should().Match<TrackedSymbol>(symbol => symbol.TrackedBy == "ann" && symbol.Options && symbol.Intervals.Single() == Interval.OneHour);
    }

    [Fact]
    public async Task Replicas_that_change_it_at_the_same_time_lose_nothing()
    {
        await using var one = await TrackingServer.StartAsync(_state, NoDefaults);
        await using var other = await TrackingServer.StartAsync(_state, NoDefaults);
        var symbols = Enumerable.Range(0, 30).Select(number => $"S{number}").ToList();

        var answers = await Task.WhenAll(symbols.Select((symbol, index) => (index % 2 == 0 ? one : other).PutAsync(symbol)));

        answers.Should().OnlyContain(answer => answer.StatusCode == HttpStatusCode.OK);
        (await one.Tracked.GetAsync(default)).Select(tracked => tracked.Symbol).Should().BeEquivalentTo(symbols);
    }

    [Fact]
    public async Task Symbol_that_no_provider_has_is_flagged_until_one_has_it()
    {
        await using var server = await TrackingServer.StartAsync(_state, NoDefaults);
        await server.PutAsync("NOSUCH");

        await server.Tracked.UnknownAsync(["NOSUCH", "ELSE"], ["twelvedata", "fmp"], default);
        var item = await ItemAsync(await server.Client.GetAsync("/symbols/NOSUCH/tracking"));
        item.GetProperty("state").GetString().Should().Be("unknown");
        (await ItemAsync(await server.PutAsync("NOSUCH", """{"options":true}"""))).GetProperty("state").GetString().Should().Be("unknown", "that it is wanted otherwise does not make it exist");
        item.GetProperty("unknown").GetProperty("providers").EnumerateArray().Select(name => name.GetString()).Should().Equal("twelvedata", "fmp");

        await server.Tracked.FoundAsync(["NOSUCH"], default);
        (await ItemAsync(await server.Client.GetAsync("/symbols/NOSUCH/tracking"))).GetProperty("state").GetString().Should().Be("collected");
    }

    [Fact]
    public async Task No_more_is_tracked_than_may_be()
    {
        await using var server = await TrackingServer.StartAsync(_state, NoDefaults, ("Collector:Tracking:MaxSymbols", "2"));
        await server.PutAsync("A");
        await server.PutAsync("B");

        await ExpectAsync(await server.PutAsync("C"), HttpStatusCode.Conflict, "too_many_tracked");
        (await server.PutAsync("B", """{"options":true}""")).StatusCode.Should().Be(HttpStatusCode.OK, "that one is tracked already");
    }

    [Fact]
    public async Task While_the_state_store_is_away_it_is_said_when_to_ask_again()
    {
        await using var server = await TrackingServer.StartAsync(_state, NoDefaults);
        _state.IsDown = true;

        var problem = await ExpectAsync(await server.Client.GetAsync("/symbols/TSM/tracking"), HttpStatusCode.ServiceUnavailable, "state_unavailable");

        problem.GetProperty("retry").GetBoolean().Should().BeTrue();
    }

    /// <summary>The first symbol makes slots due, which get its history too; those after it have runs of their own.</summary>
    private static async Task OthersAreTrackedAsync(TrackingServer server)
    {
        await server.PutAsync("IBM", """{"intervals":["15min","1d"]}""");
        await Eventually.BeTrueAsync(() => server.Workflows.Ids.Count(id => id.StartsWith("collect-")) == 2);
    }

    private static async Task<JsonElement> ItemAsync(HttpResponseMessage response)
    {
        response.StatusCode.Should().Be(HttpStatusCode.OK);
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static async Task<JsonElement> ExpectAsync(HttpResponseMessage response, HttpStatusCode status, string code)
    {
        response.StatusCode.Should().Be(status);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        problem.GetProperty("code").GetString().Should().Be(code);
        return problem;
    }
}
