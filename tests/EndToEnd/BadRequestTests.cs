using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using StocksDapr.Support;
using StocksDapr.Support.Platform;

namespace StocksDapr.EndToEnd;

/// <summary>Whatever is asked wrongly, through the whole chain: a 4xx problem that says what is right, never a 5xx, never a stack trace.</summary>
[Collection(PlatformCollection.Name)]
public sealed class BadRequestTests(RunningPlatform platform)
{
    [Theory]
    [InlineData("/api/v1/bars/NOSUCH?interval=1d", 404, "unknown_symbol")]
    [InlineData("/api/v1/bars?symbols=NOSUCH&interval=1d&from=2013-02-30", 400, null)]
    [InlineData("/api/v1/bars?symbols=NOSUCH&interval=1d&from=yesterday", 400, null)]
    [InlineData("/api/v1/bars?symbols=NOSUCH&interval=1d&from=2018-01-01&to=2017-01-01", 400, null)]
    [InlineData("/api/v1/bars?symbols=NOSUCH&interval=1d&limit=0", 400, null)]
    [InlineData("/api/v1/bars?symbols=NOSUCH&interval=1d&limit=1000000000", 400, null)]
    [InlineData("/api/v1/bars?symbols=NOSUCH&interval=1d&limit=99999999999999999999", 400, null)]
    [InlineData("/api/v1/bars?symbols=NOSUCH&interval=7d", 400, null)]
    [InlineData("/api/v1/bars?symbols=NOSUCH&interval=1d&cursor=broken", 400, null)]
    [InlineData("/api/v1/bars?interval=1d", 400, null)]
    [InlineData("/api/v1/bars?symbols=%00%01&interval=1d", 400, null)]
    [InlineData("/api/v1/bars?symbols=A&interval=1d&limt=5", 400, null)]
    [InlineData("/api/v1/symbols?limit=-1", 400, null)]
    [InlineData("/api/v1/movers?direction=sideways", 400, null)]
    [InlineData("/api/v1/imports/no-such-import", 404, null)]
    [InlineData("/api/v1/nothing", 404, null)]
    public async Task A_get_that_cannot_be_answered_says_why(string path, int status, string? code)
    {
        using var answer = await platform.Gateway.GetAsync(new Uri(path, UriKind.Relative));

        await ShouldBeProblemAsync(answer, status, code);
    }

    [Theory]
    [InlineData("/api/v1/bars", "{", 400)]
    [InlineData("/api/v1/bars", "{}", 400)]
    [InlineData("/api/v1/bars", """{"interval":"1d","source":"t","bars":{"A B":[{"t":"2013-02-08","open":1,"high":1,"low":1,"close":1,"volume":1}]}}""", 400)]
    [InlineData("/api/v1/imports?interval=7d", "date,open,high,low,close,volume,Name\n", 400)]
    [InlineData("/api/v1/imports?interval=1d&source=simulated", "date,open,high,low,close,volume,Name\n", 400)]
    public async Task A_post_that_cannot_be_stored_says_why(string path, string body, int status)
    {
        using var content = new StringContent(body, Encoding.UTF8, path.Contains("imports", StringComparison.Ordinal) ? "text/csv" : "application/json");
        using var answer = await platform.Gateway.PostAsync(new Uri(path, UriKind.Relative), content);

        await ShouldBeProblemAsync(answer, status, null);
    }

    [Fact]
    public async Task Without_a_token_nothing_is_answered()
    {
        using var client = Client(null);
        using var answer = await client.GetAsync(new Uri("/api/v1/bars?symbols=A&interval=1d", UriKind.Relative));

        await ShouldBeProblemAsync(answer, 401, "no_token");
    }

    [Fact]
    public async Task A_token_that_may_only_read_stores_nothing()
    {
        using var client = Client(await platform.TokenAsync("read"));
        using var answer = await client.PostAsJsonAsync(new Uri("/api/v1/bars", UriKind.Relative), new { interval = "1d" });

        await ShouldBeProblemAsync(answer, 403, "missing_scope");
    }

    [Fact]
    public async Task A_revoked_token_ends_within_a_second()
    {
        var token = await platform.TokenAsync("read");
        using var client = Client(token);
        (await client.GetAsync(new Uri("/api/v1/status", UriKind.Relative))).StatusCode.Should().Be(HttpStatusCode.OK);

        using var revoked = await client.DeleteAsync(new Uri($"/api/v1/tokens/{token[4..16]}", UriKind.Relative));
        revoked.StatusCode.Should().Be(HttpStatusCode.NoContent);

        await Eventually.PassAsync(
            async () => await ShouldBeProblemAsync(await client.GetAsync(new Uri("/api/v1/status", UriKind.Relative)), 401, "invalid_token"), TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task An_expired_token_is_refused()
    {
        using var made = await platform.Gateway.PostAsJsonAsync(
            new Uri("/api/v1/tokens", UriKind.Relative), new { name = "short", scopes = new[] { "read" }, expiresAt = TimeProvider.System.GetUtcNow().AddSeconds(2) });
        made.StatusCode.Should().Be(HttpStatusCode.Created);
        using var client = Client((await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString());

        await Eventually.PassAsync(
            async () => await ShouldBeProblemAsync(await client.GetAsync(new Uri("/api/v1/status", UriKind.Relative)), 401, "invalid_token"));
    }

    [Fact]
    public async Task Headers_of_ten_megabytes_are_refused_with_the_limit()
    {
        var answer = await SendRawAsync($"GET /api/v1/status HTTP/1.1\r\nHost: x\r\nX-Large: {new string('a', 10_000_000)}\r\n\r\n");

        answer.Should().StartWith("HTTP/1.1 431").And.Contain("application/problem+json").And.Contain("headers_too_large");
    }

    [Fact]
    public async Task A_body_that_stops_half_way_leaves_nothing_behind()
    {
        var token = await platform.TokenAsync("write");
        var before = await ImportsAsync();

        await SendRawAsync(
            $"POST /api/v1/imports?interval=1d HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: text/csv\r\nContent-Length: 1000\r\n\r\ndate,open,high,low,close,volume,Name\n2013-02-08,1,1,1,1,1,HALF\n");

        (await ImportsAsync()).Should().Be(before);
        using var answer = await platform.Gateway.GetAsync(new Uri("/api/v1/bars/HALF?interval=1d", UriKind.Relative));
        await ShouldBeProblemAsync(answer, 404, "unknown_symbol");
    }

    private static async Task ShouldBeProblemAsync(HttpResponseMessage answer, int status, string? code)
    {
        var text = await answer.Content.ReadAsStringAsync();
        ((int)answer.StatusCode).Should().Be(status, text);
        answer.Content.Headers.ContentType?.MediaType.Should().Be("application/problem+json");
        var problem = JsonElement.Parse(text);
        problem.GetProperty("requestId").GetString().Should().NotBeNullOrEmpty();
        problem.GetProperty("detail").GetString().Should().NotBeNullOrEmpty();
        problem.GetProperty("retry").ValueKind.Should().BeOneOf(JsonValueKind.True, JsonValueKind.False);
        text.Should().NotContain("   at ").And.NotContain("StocksDapr.");
        if (code is not null)
            problem.GetProperty("code").GetString().Should().Be(code);
    }

    private async Task<int> ImportsAsync() => (await platform.GetAsync("/api/v1/imports")).GetProperty("items").GetArrayLength();

    private HttpClient Client(string? token)
    {
        var client = new HttpClient { BaseAddress = platform.Gateway.BaseAddress };
        if (token is not null)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>Sends bytes, closes the sending side and reads what comes back.</summary>
    private async Task<string> SendRawAsync(string request)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(platform.Gateway.BaseAddress!.Host, platform.Gateway.BaseAddress.Port);
        try
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(request));
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The server may refuse before everything is sent; its answer is there all the same.
        }

        var answer = new StringBuilder();
        var buffer = new byte[8192];
        try
        {
            while (await socket.ReceiveAsync(buffer) is var read and > 0)
                answer.Append(Encoding.UTF8.GetString(buffer, 0, read));
        }
        catch (SocketException)
        {
            // Closed hard after the answer.
        }

        return answer.ToString();
    }
}
