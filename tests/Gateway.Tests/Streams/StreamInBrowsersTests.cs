using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using StocksDapr.Gateway.House;

namespace StocksDapr.Gateway.Streams;

/// <summary>As a browser's EventSource asks, which sends no headers but its own; and pages of other origins.</summary>
public sealed class StreamInBrowsersTests : GatewayTest
{
    private const string Page = "https://charts.example.org";

    private readonly FakeStreamLog _log = new();

    protected override string[] Settings => ["--Stream:HeartbeatEvery=00:00:01", $"--Cors:Origins={Page}, http://localhost:5173"];

    [Fact]
    public async Task A_token_that_only_reads_and_ends_within_a_day_counts_in_the_address_and_goes_no_further()
    {
        House.Query.Answer = _log.AnswerAsync;
        var made = await MakeAsync(["read"], TimeSpan.FromHours(12));
        var browser = House.Client();
        browser.DefaultRequestHeaders.Add("Origin", Page);
        await using var reader = await SseClient.OpenAsync(browser, $"access_token={made["token"]}&symbols=A&interval=1min");
        await reader.UntilHeartbeatAsync();
        var stored = _log.Store("A", 1);
        (await reader.NextAsync())!.Id.Should().Be($"{_log.Epoch}-{stored}");

        reader.Answer.Headers.GetValues("Access-Control-Allow-Origin").Should().Equal(Page);
        reader.Answer.Headers.Contains("Access-Control-Allow-Credentials").Should().BeFalse("nothing is sent by a browser of itself");
        House.Query.Seen.Select(request => request.Target).Should().Contain(target => target.Contains("subscription?symbols=A&interval=1min", StringComparison.Ordinal))
            .And.NotContain(target => target.Contains("token", StringComparison.Ordinal));

        using var revoked = await House.Local.DeleteAsync($"/api/v1/tokens/{((string)made["token"]!).Split('_')[1]}");
        revoked.StatusCode.Should().Be(HttpStatusCode.NoContent);
        var end = (await reader.NextAsync())!;
        (end.Name, (string?)JsonNode.Parse(end.Data)!["reason"]).Should().Be(("end", "token_ended"));
        await browser.GetAsync($"/api/v1/stream?symbols=A&access_token={made["token"]}").ShouldBeProblemAsync(401, "invalid_token");
    }

    [Theory]
    [InlineData("read", null)]
    [InlineData("read", 24 * 30)]
    [InlineData("read,write", 12)]
    [InlineData("write", 12)]
    public async Task A_token_that_could_do_harm_is_refused_in_the_address(string scopes, int? hours)
    {
        var made = await MakeAsync(scopes.Split(','), hours is { } span ? TimeSpan.FromHours(span) : null);

        await House.Anonymous.GetAsync($"/api/v1/stream?symbols=A&access_token={made["token"]}").ShouldBeProblemAsync(401, "token_not_for_addresses");
    }

    [Fact]
    public async Task Nowhere_else_does_a_token_count_in_the_address()
    {
        var made = await MakeAsync(["read"], TimeSpan.FromHours(1));

        await House.Anonymous.GetAsync($"/api/v1/bars?symbols=A&access_token={made["token"]}").ShouldBeProblemAsync(401, "no_token");
        await House.Anonymous.GetAsync("/api/v1/stream?symbols=A&access_token=nonsense").ShouldBeProblemAsync(401, "invalid_token");
        await House.Anonymous.GetAsync($"/api/v1/stream?symbols=A&access_token={GatewayHouse.LocalKey}").ShouldBeProblemAsync(401, "invalid_token");
    }

    [Theory]
    [InlineData(Page, true)]
    [InlineData("http://localhost:5173", true)]
    [InlineData("https://evil.example.org", false)]
    [InlineData("null", false)]
    public async Task Pages_of_origins_that_are_named_may_ask_and_no_others(string origin, bool may)
    {
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/api/v1/bars");
        preflight.Headers.Add("Origin", origin);
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        preflight.Headers.Add("Access-Control-Request-Headers", "authorization,content-type,last-event-id");
        using var allowed = await House.Anonymous.SendAsync(preflight);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/bars?symbols=A");
        request.Headers.Add("Origin", origin);
        using var refused = await House.Anonymous.SendAsync(request);

        allowed.Headers.Contains("Access-Control-Allow-Origin").Should().Be(may);
        allowed.Headers.Contains("Access-Control-Allow-Headers").Should().Be(may);
        refused.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        refused.Headers.Contains("Access-Control-Allow-Origin").Should().Be(may, "a page may read why it was refused");
    }

    private async Task<JsonNode> MakeAsync(string[] scopes, TimeSpan? life)
    {
        DateTimeOffset? expiresAt = life is { } span ? TimeProvider.System.GetUtcNow() + span : null;
        using var answer = await House.Local.PostAsJsonAsync("/api/v1/tokens", new { scopes, expiresAt });
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
    }
}
