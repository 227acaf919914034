using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapr.Workflow;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Tests.Backfills;

public sealed class BackfillEndpointTests : IAsyncLifetime
{
    private const string Id = "backfill-1";

    private static readonly object Good = new { symbols = new[] { "aldr.sim", "AMBR.SIM", "ALDR.SIM" }, interval = "15min", from = "2026-01-02", to = "2026-11-19" };

    private BackfillServer _server = null!;

    public async Task InitializeAsync() => _server = await BackfillServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_backfill_is_accepted_with_the_place_of_its_receipt()
    {
        using var response = await _server.PostAsync(Good);

        response.StatusCode.Should().Be(HttpStatusCode.Accepted);
        var accepted = await response.Content.ReadFromJsonAsync<JsonElement>();
        var (id, order) = _server.Started.Should().ContainSingle().Subject;
        accepted.GetProperty("id").GetString().Should().Be(id).And.StartWith("backfill-");
        accepted.GetProperty("state").GetString().Should().Be("running");
        accepted.GetProperty("parts").GetInt32().Should().Be(order.Parts).And.BePositive();
        response.Headers.Location!.ToString().Should().Be("/api/v1/backfills/" + id);
        order.Symbols.Should().Equal("ALDR.SIM", "AMBR.SIM");
        (order.Provider, order.Interval.Code, order.From, order.To).Should().Be(("simulated", "15min", new DateOnly(2026, 1, 2), new DateOnly(2026, 11, 19)));
    }

    [Theory]
    [InlineData("""{"interval":"1d","from":"2026-01-02","to":"2026-01-05"}""", "bad_symbols", "1 to 500")]
    [InlineData("""{"symbols":[],"interval":"1d","from":"2026-01-02","to":"2026-01-05"}""", "bad_symbols", "1 to 500")]
    [InlineData("""{"symbols":"A","interval":"1d","from":"2026-01-02","to":"2026-01-05"}""", "bad_symbols", "1 to 500")]
    [InlineData("""{"symbols":["A B"],"interval":"1d","from":"2026-01-02","to":"2026-01-05"}""", "bad_symbol", "'A B'")]
    [InlineData("""{"symbols":["A",null],"interval":"1d","from":"2026-01-02","to":"2026-01-05"}""", "bad_symbol", "is not a symbol")]
    [InlineData("""{"symbols":["A"],"from":"2026-01-02","to":"2026-01-05"}""", "bad_interval", "15min, ")]
    [InlineData("""{"symbols":["A"],"interval":"1wk","from":"2026-01-02","to":"2026-01-05"}""", "bad_interval", "simulated has")]
    [InlineData("""{"symbols":["A"],"interval":15,"from":"2026-01-02","to":"2026-01-05"}""", "bad_interval", "simulated has")]
    [InlineData("""{"symbols":["A"],"interval":"1d","to":"2026-01-05"}""", "bad_from", "from is a day")]
    [InlineData("""{"symbols":["A"],"interval":"1d","from":"2026-01-02T00:00:00Z","to":"2026-01-05"}""", "bad_from", "from is a day")]
    [InlineData("""{"symbols":["A"],"interval":"1d","from":"2026-01-02","to":"2026-02-30"}""", "bad_to", "to is a day")]
    [InlineData("""{"symbols":["A"],"interval":"1d","from":"2026-01-05","to":"2026-01-02"}""", "bad_range", "swap")]
    [InlineData("""{"symbols":["A"],"interval":"1d","from":"2026-01-05","to":"2026-11-21"}""", "bad_to", "today is 2026-11-20")]
    [InlineData("""{"symbols":["A"],"interval":"1d","from":"1900-01-01","to":"2026-01-02"}""", "bad_from", "exchange calendar")]
    [InlineData("""{"symbols":["A"],"interval":"1d","from":"2026-11-14","to":"2026-11-15"}""", "no_sessions", "no session")]
    [InlineData("""{"symbols":["A"],"interval":"1d","from":"2026-01-02","to":"2026-01-05","provider":"nobody"}""", "bad_provider", "simulated")]
    [InlineData("""{"symbols":["A"],"interval":"1d","from":"2026-01-02","to":"2026-01-05","provider":7}""", "bad_provider", "simulated")]
    [InlineData("""{"symbols":["A"],"interval":"1d","from":"2026-01-02","to":"2026-01-05","until":"x"}""", "unknown_property", "'until'")]
    [InlineData("[]", "bad_body", "object")]
    [InlineData("null", "bad_body", "object")]
    [InlineData("", "bad_json", "cannot be read")]
    [InlineData("{\"symbols\":", "bad_json", "cannot be read")]
    [InlineData("""{"symbols":["A"],"interval":"\ud800","from":"2026-01-02","to":"2026-01-05"}""", "bad_json", "cannot be read")]
    [InlineData("""{"\ud800":1}""", "bad_json", "cannot be read")]
    public async Task A_body_that_cannot_be_right_is_refused_and_says_what_is(string body, string code, string says)
    {
        using var response = await _server.PostTextAsync(body);

        var problem = await ExpectProblemAsync(response, HttpStatusCode.BadRequest, code, says);
        problem.GetProperty("valid").GetProperty("symbols").GetArrayLength().Should().BePositive();
        problem.GetProperty("retry").GetBoolean().Should().BeFalse();
        _server.Started.Should().BeEmpty();
    }

    [Fact]
    public async Task What_is_valid_in_a_refusal_is_accepted()
    {
        using var refused = await _server.PostTextAsync("{}");
        var valid = (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("valid");

        using var response = await _server.PostTextAsync(valid.GetRawText());

        response.StatusCode.Should().Be(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task Too_much_is_refused()
    {
        string[] Symbols(int count) => [.. Enumerable.Range(0, count).Select(number => $"S{number}")];
        using var tooMany = await _server.PostAsync(new { symbols = Symbols(501), interval = "1d", from = "2026-01-02", to = "2026-01-05" });
        await ExpectProblemAsync(tooMany, HttpStatusCode.BadRequest, "bad_symbols", "1 to 500");

        using var tooLong = await _server.PostAsync(new { symbols = Symbols(500), interval = "1min", from = "2005-01-03", to = "2026-01-05" });
        var problem = await ExpectProblemAsync(tooLong, HttpStatusCode.BadRequest, "range_too_long", "5000 is the most");
        problem.TryGetProperty("valid", out _).Should().BeTrue();

        using var tooLarge = await _server.PostTextAsync(new string(' ', 65 * 1024));
        await ExpectProblemAsync(tooLarge, HttpStatusCode.RequestEntityTooLarge, "body_too_large", "65536");
        _server.Started.Should().BeEmpty();
    }

    [Fact]
    public async Task Another_content_type_is_refused()
    {
        using var response = await _server.PostTextAsync(JsonSerializer.Serialize(Good), contentType: "text/plain");

        await ExpectProblemAsync(response, HttpStatusCode.UnsupportedMediaType, "unsupported_media_type", "media type");

        using var nameless = await _server.Client.PostAsync("/backfills", new ByteArrayContent("{}"u8.ToArray()));
        var problem = await ExpectProblemAsync(nameless, HttpStatusCode.UnsupportedMediaType, "unsupported_media_type", "JSON");
        problem.GetProperty("valid").GetProperty("contentType").GetString().Should().Be("application/json");
    }

    [Fact]
    public async Task A_key_belongs_to_one_backfill()
    {
        using var first = await _server.PostAsync(Good, "my key");
        using var again = await _server.PostAsync(Good, "my key");
        again.StatusCode.Should().Be(HttpStatusCode.Accepted);
        (await again.Content.ReadAsStringAsync()).Should().Be(await first.Content.ReadAsStringAsync());
        again.Headers.Location.Should().Be(first.Headers.Location);

        using var other = await _server.PostAsync(new { symbols = new[] { "ALDR.SIM" }, interval = "1d", from = "2026-01-02", to = "2026-11-19" }, "my key");
        await ExpectProblemAsync(other, HttpStatusCode.Conflict, "idempotency_key_used", "another body");

        using var otherKey = await _server.PostAsync(Good, "another key");
        otherKey.StatusCode.Should().Be(HttpStatusCode.Accepted);
        _server.Started.Should().HaveCount(2);
    }

    [Fact]
    public async Task A_repeated_key_tells_how_its_backfill_has_ended()
    {
        using var first = await _server.PostAsync(Good, "my key");
        var id = _server.Started.Single().Id;

        // A workflow that says of its run that it failed ends well itself.
        _server.Workflows.Become(id, WorkflowRuntimeStatus.Completed);
        _server.Workflows.States[id] = "failed";
        using var again = await _server.PostAsync(Good, "my key");

        (await StateAsync(again, HttpStatusCode.Accepted)).Should().Be("failed");
    }

    [Fact]
    public async Task A_key_that_is_too_long_is_refused()
    {
        using var response = await _server.PostAsync(Good, new string('k', 201));

        await ExpectProblemAsync(response, HttpStatusCode.BadRequest, "bad_idempotency_key", "200");
    }

    [Fact]
    public async Task Pause_resume_and_cancel_may_be_repeated()
    {
        _server.Workflows.Become(Id, WorkflowRuntimeStatus.Running);
        foreach (var (verb, state) in (ValueTuple<string, string>[])[("pause", "paused"), ("resume", "running"), ("cancel", "cancelled")])
        {
            for (var i = 0; i < 2; i++)
            {
                using var response = await _server.TellAsync(Id, verb);
                (await StateAsync(response, HttpStatusCode.OK)).Should().Be(state);
            }
        }

        _server.Workflows.Orders.Should().Equal($"suspend {Id}", $"resume {Id}", $"terminate {Id}");
        _server.Store.Events.OfType<RunEnded>().Should().OnlyContain(end => end.Outcome == RunOutcome.Cancelled);
    }

    [Theory]
    [InlineData("pause")]
    [InlineData("resume")]
    [InlineData("cancel")]
    public async Task What_has_ended_can_be_told_nothing_and_what_there_is_not_is_not_found(string verb)
    {
        _server.Workflows.Become(Id, WorkflowRuntimeStatus.Completed);
        _server.Workflows.States[Id] = "completed";
        using var ended = await _server.TellAsync(Id, verb);
        await ExpectProblemAsync(ended, HttpStatusCode.Conflict, "backfill_ended", "it is completed");

        _server.Workflows.States["backfill-forgotten"] = "failed";
        using var forgotten = await _server.TellAsync("backfill-forgotten", verb);
        await ExpectProblemAsync(forgotten, HttpStatusCode.Conflict, "backfill_ended", "it is failed");

        foreach (var id in (string[])["backfill-2", "collect-1d-2026-11-19-simulated", "backfill-%2F..", "backfill-" + new string('x', 100)])
        {
            using var unknown = await _server.TellAsync(id, verb);
            await ExpectProblemAsync(unknown, HttpStatusCode.NotFound, "unknown_backfill", "no backfill");
        }

        _server.Workflows.Orders.Should().BeEmpty();
    }

    [Fact]
    public async Task While_the_task_hub_is_away_one_is_told_to_come_again()
    {
        _server.Workflows.IsDown = true;
        using var post = await _server.PostAsync(Good, "my key");
        await ExpectUnavailableAsync(post);
        foreach (var verb in (string[])["pause", "resume", "cancel"])
        {
            using var response = await _server.TellAsync(Id, verb);
            await ExpectUnavailableAsync(response);
        }

        // Its key has been taken, by the same body.
        _server.Workflows.IsDown = false;
        using var again = await _server.PostAsync(Good, "my key");
        again.StatusCode.Should().Be(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task While_the_state_store_is_away_a_key_cannot_be_taken()
    {
        _server.Claims.IsDown = true;
        using var response = await _server.PostAsync(Good, "my key");

        await ExpectUnavailableAsync(response);
        _server.Started.Should().BeEmpty();
    }

    [Fact]
    public async Task Whether_an_unknown_backfill_has_ended_cannot_be_said_while_Query_is_away()
    {
        _server.Workflows.QueryIsDown = true;
        using var response = await _server.TellAsync(Id, "pause");

        await ExpectUnavailableAsync(response);
    }

    [Fact]
    public async Task What_is_done_is_answered_though_the_broker_takes_no_announcement()
    {
        _server.Store.Refusals = int.MaxValue;
        _server.Workflows.Become(Id, WorkflowRuntimeStatus.Running);
        using var response = await _server.TellAsync(Id, "pause");

        (await StateAsync(response, HttpStatusCode.OK)).Should().Be("paused");
        _server.Workflows.Orders.Should().Equal($"suspend {Id}");
    }

    private static async Task<string?> StateAsync(HttpResponseMessage response, HttpStatusCode status)
    {
        response.StatusCode.Should().Be(status);
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("state").GetString();
    }

    private static async Task ExpectUnavailableAsync(HttpResponseMessage response)
    {
        var problem = await ExpectProblemAsync(response, HttpStatusCode.ServiceUnavailable, "workflows_unavailable", "send it again");
        problem.GetProperty("retry").GetBoolean().Should().BeTrue();
        response.Headers.RetryAfter!.Delta.Should().BePositive();
    }

    private static async Task<JsonElement> ExpectProblemAsync(HttpResponseMessage response, HttpStatusCode status, string code, string says)
    {
        response.StatusCode.Should().Be(status);
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        problem.GetProperty("code").GetString().Should().Be(code);
        problem.GetProperty("requestId").GetString().Should().NotBeEmpty();
        problem.GetProperty("detail").GetString().Should().Contain(says);
        return problem;
    }
}
