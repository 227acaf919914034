using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using StocksDapr.Gateway.House;
using StocksDapr.Support;

namespace StocksDapr.Gateway.Tokens;

public sealed class TokenTests : GatewayTest
{
    private readonly ManualTimeProvider _time = new();

    protected override TimeProvider Time => _time;

    [Fact]
    public async Task A_token_is_shown_once_and_its_prefix_and_last_use_ever_after()
    {
        using var ann = await AnnAsync();
        var made = await GatewayHouse.MakeAsync(ann, new { name = "laptop", scopes = new[] { "read" }, expiresAt = "2020-02-01T00:00:00+01:00" });
        var token = (string)made["token"]!;
        var id = (string)made["details"]!["id"]!;

        (await ListAsync(ann)).Single()!["lastUsedAt"].Should().BeNull();
        _time.Advance(TimeSpan.FromMinutes(1));
        using var user = House.Client(token);
        (await user.GetAsync("/api/v1/bars")).StatusCode.Should().Be(HttpStatusCode.OK);

        var listed = (await ListAsync(ann)).Single()!;
        ((string)listed["prefix"]!).Should().Be(token[..16]).And.Be($"sdt_{id}");
        ((DateTimeOffset)listed["lastUsedAt"]!).Should().Be(_time.GetUtcNow());
        ((DateTimeOffset)listed["expiresAt"]!).Should().Be(DateTimeOffset.Parse("2020-01-31T23:00:00Z"));
        ((string)listed["name"]!).Should().Be("laptop");
        listed.ToJsonString().Should().NotContainAny(token[17..], "hash", "Hash", Convert.ToBase64String(AccessToken.Hash(token)));
    }

    [Fact]
    public async Task What_is_stored_of_a_token_does_not_give_it_away()
    {
        var token = await House.TokenAsync("read");

        using var sidecar = new HttpClient();
        var stored = await sidecar.GetStringAsync($"http://127.0.0.1:{House.Sidecar.HttpPort}/v1.0/state/statestore/token-{token[4..16]}");

        stored.Should().Contain("read").And.NotContain(token[17..]);
    }

    [Fact]
    public async Task The_last_use_is_written_down_for_other_replicas_to_see()
    {
        using var ann = await AnnAsync();
        using var user = House.Client((string)(await GatewayHouse.MakeAsync(ann, new { }))["token"]!);
        await user.GetAsync("/api/v1/bars");
        using var other = House.Client(null, await House.AddGatewayAsync(_time));
        other.DefaultRequestHeaders.Authorization = ann.DefaultRequestHeaders.Authorization;

        _time.Advance(TimeSpan.FromSeconds(31));

        await Eventually.BeTrueAsync(async () => (await ListAsync(other)).Single()!["lastUsedAt"] is not null);
    }

    [Fact]
    public async Task A_revoked_token_ends_at_once_here_and_within_a_second_elsewhere()
    {
        using var ann = await AnnAsync();
        var made = await GatewayHouse.MakeAsync(ann, new { });
        var token = (string)made["token"]!;
        using var here = House.Client(token);
        using var elsewhere = House.Client(token, await House.AddGatewayAsync(_time));
        (await here.GetAsync("/api/v1/bars")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await elsewhere.GetAsync("/api/v1/bars")).StatusCode.Should().Be(HttpStatusCode.OK);

        (await ann.DeleteAsync($"/api/v1/tokens/{made["details"]!["id"]}")).StatusCode.Should().Be(HttpStatusCode.NoContent);

        await here.GetAsync("/api/v1/bars").ShouldBeProblemAsync(401, "invalid_token");
        _time.Advance(TimeSpan.FromMilliseconds(999));
        await elsewhere.GetAsync("/api/v1/bars").ShouldBeProblemAsync(401, "invalid_token");
        (await ListAsync(ann)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_token_ends_when_it_expires()
    {
        using var ann = await AnnAsync();
        var made = await GatewayHouse.MakeAsync(ann, new { expiresAt = _time.GetUtcNow().AddMilliseconds(500) });
        using var user = House.Client((string)made["token"]!);
        (await user.GetAsync("/api/v1/bars")).StatusCode.Should().Be(HttpStatusCode.OK);

        _time.Advance(TimeSpan.FromMilliseconds(500));

        await user.GetAsync("/api/v1/bars").ShouldBeProblemAsync(401, "invalid_token");
    }

    [Fact]
    public async Task A_token_that_differs_in_anything_is_refused()
    {
        var token = await House.TokenAsync("read");
        (await House.Client(token).GetAsync("/api/v1/bars")).StatusCode.Should().Be(HttpStatusCode.OK);
        var last = token[^1] == 'A' ? 'B' : 'A';
        string[] others =
        [
            token[..^1], token + "A", token[..^1] + last, token[..16], "sdt_" + token[17..], token.ToUpperInvariant(), $"sdt_{new string('A', 12)}{token[16..]}",
            token.Replace("sdt_", "sdt-", StringComparison.Ordinal), "sdt_../accounts._" + new string('A', 43), "", "null", new string('x', 2000),
        ];

        foreach (var other in others)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/bars");
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {other}");
            await House.Anonymous.SendAsync(request).ShouldBeProblemAsync(401, "invalid_token");
        }
    }

    [Theory]
    [InlineData("""{"name":""}""", "bad_name")]
    [InlineData("""{"scopes":[]}""", "bad_scopes")]
    [InlineData("""{"scopes":["read","everything"]}""", "bad_scopes")]
    [InlineData("""{"scopes":[null]}""", "bad_scopes")]
    [InlineData("""{"expiresAt":"2000-01-01T00:00:00Z"}""", "bad_expiry")]
    [InlineData("""{"expiresAt":"tomorrow"}""", "bad_request")]
    [InlineData("""{"requestsPerMinute":-1}""", "bad_rate")]
    [InlineData("[]", "bad_request")]
    [InlineData("null", "bad_request")]
    public async Task A_wish_that_makes_no_sense_is_refused(string wish, string code)
    {
        using var body = new StringContent(wish, System.Text.Encoding.UTF8, "application/json");

        await House.Local.PostAsync("/api/v1/tokens", body).ShouldBeProblemAsync(400, code);
    }

    [Fact]
    public async Task Nobody_hands_out_more_than_they_have()
    {
        await House.RegisterAsync("administrator");
        using var ann = await AnnAsync();
        var soon = _time.GetUtcNow().AddHours(1);
        using var writer = House.Client((string)(await GatewayHouse.MakeAsync(ann, new { scopes = new[] { "write" }, expiresAt = soon }))["token"]!);

        await RefusedAsync(ann, new { scopes = new[] { "admin" } });
        await RefusedAsync(ann, new { requestsPerMinute = 0 });
        await RefusedAsync(writer, new { });
        await RefusedAsync(writer, new { scopes = new[] { "write", "read" } });
        await RefusedAsync(writer, new { scopes = new[] { "write" }, expiresAt = soon.AddSeconds(1) });
        var child = await GatewayHouse.MakeAsync(writer, new { scopes = new[] { "write" } });
        ((DateTimeOffset)child["details"]!["expiresAt"]!).Should().Be(soon);
    }

    [Fact]
    public async Task A_token_with_a_rate_of_its_own_hands_it_on()
    {
        using var slow = House.Client((string)(await GatewayHouse.MakeAsync(House.Local, new { requestsPerMinute = 100 }))["token"]!);

        await RefusedAsync(slow, new { requestsPerMinute = 0 });
        ((int)(await GatewayHouse.MakeAsync(slow, new { }))["details"]!["requestsPerMinute"]!).Should().Be(100);
    }

    [Fact]
    public async Task A_token_does_not_end_a_better_one_nor_anybody_elses()
    {
        await House.RegisterAsync("administrator");
        using var ann = await AnnAsync();
        var better = (string)(await GatewayHouse.MakeAsync(ann, new { scopes = new[] { "read", "write" } }))["details"]!["id"]!;
        var own = await GatewayHouse.MakeAsync(ann, new { scopes = new[] { "read" } });
        using var reader = House.Client((string)own["token"]!);
        var others = (await House.TokenAsync("read"))[4..16];

        await reader.DeleteAsync($"/api/v1/tokens/{better}").ShouldBeProblemAsync(403, "missing_scope");
        await reader.DeleteAsync($"/api/v1/tokens/{others}").ShouldBeProblemAsync(404, "unknown_token");
        await ann.DeleteAsync($"/api/v1/tokens/{others}").ShouldBeProblemAsync(404, "unknown_token");
        await ann.DeleteAsync("/api/v1/tokens/%2e%2e%2faccounts").ShouldBeProblemAsync(404);
        (await reader.DeleteAsync($"/api/v1/tokens/{own["details"]!["prefix"]}")).StatusCode.Should().Be(HttpStatusCode.NoContent);
        (await House.Local.DeleteAsync($"/api/v1/tokens/{better}")).StatusCode.Should().Be(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task An_account_has_a_hundred_tokens_at_most()
    {
        for (var i = 0; i < 100; i++)
            await GatewayHouse.MakeAsync(House.Local, new { });

        await House.Local.PostAsJsonAsync("/api/v1/tokens", new { }).ShouldBeProblemAsync(409, "too_many_tokens");
    }

    private static Task<JsonNode> RefusedAsync(HttpClient client, object wish) => client.PostAsJsonAsync("/api/v1/tokens", wish).ShouldBeProblemAsync(403, "missing_scope");

    private static async Task<JsonArray> ListAsync(HttpClient client) => JsonNode.Parse(await client.GetStringAsync("/api/v1/tokens"))!["tokens"]!.AsArray();

    private async Task<HttpClient> AnnAsync()
    {
        (await House.RegisterAsync("ann")).StatusCode.Should().Be(HttpStatusCode.Created);
        return House.SignedIn("ann");
    }
}
