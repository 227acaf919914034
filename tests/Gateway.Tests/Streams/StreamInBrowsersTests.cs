using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using StocksDapr.Gateway.House;

namespace StocksDapr.Gateway.Streams;

/// <summary>As pages of other origins ask.</summary>
public sealed class StreamInBrowsersTests : GatewayTest
{
    private const string Page = "https://charts.example.org";

    private readonly FakeStreamLog _log = new();

    protected override string[] Settings => ["--Stream:HeartbeatEvery=00:00:01", $"--Cors:Origins={Page}, http://localhost:5173"];

    [Fact]
    public async Task A_page_of_a_named_origin_follows_the_stream_with_the_token_in_a_header()
    {
        House.Query.Answer = _log.AnswerAsync;
        var made = await MakeAsync();
        var browser = House.Client((string)made["token"]!);
        browser.DefaultRequestHeaders.Add("Origin", Page);
        await using var reader = await SseClient.OpenAsync(browser, "symbols=A&interval=1min");
        await reader.UntilHeartbeatAsync();
        var stored = _log.Store("A", 1);
        (await reader.NextAsync())!.Id.Should().Be($"{_log.Epoch}-{stored}");

        reader.Answer.Headers.GetValues("Access-Control-Allow-Origin").Should().Equal(Page);
        reader.Answer.Headers.Contains("Access-Control-Allow-Credentials").Should().BeFalse("nothing is sent by a browser of itself");

        using var revoked = await House.Local.DeleteAsync($"/api/v1/tokens/{((string)made["token"]!).Split('_')[1]}");
        revoked.StatusCode.Should().Be(HttpStatusCode.NoContent);
        var end = (await reader.NextAsync())!;
        (end.Name, (string?)JsonNode.Parse(end.Data)!["reason"]).Should().Be(("end", "token_ended"));
    }

    [Fact]
    public async Task A_token_in_the_address_does_not_count()
    {
        var made = await MakeAsync();

        await House.Anonymous.GetAsync($"/api/v1/stream?symbols=A&access_token={made["token"]}").ShouldBeProblemAsync(401, "no_token");
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

    private async Task<JsonNode> MakeAsync()
    {
        using var answer = await House.Local.PostAsJsonAsync("/api/v1/tokens", new { scopes = (string[])["read"] });
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
    }
}
