using System.Net;
using Microsoft.AspNetCore.Http;
using StocksDapr.Gateway.House;

namespace StocksDapr.Gateway.Proxy;

public sealed class ProxyTests : GatewayTest
{
    [Fact]
    public async Task Requests_reach_their_service_without_the_prefix_and_without_what_steers_the_sidecar()
    {
        using var reader = House.Client(await House.TokenAsync("read"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/bars?symbols=AAPL%2CBRK.B&limit=2");
        foreach (var (name, value) in new[]
        {
            ("dapr-app-id", "collector"), ("Dapr-Api-Token", "x"), ("dapr-caller-app-id", "writer"), ("destination-app-id", "collector"), ("Cookie", "a=b"),
            ("X-Forwarded-Prefix", "/evil"), ("X-Forwarded-For", "1.2.3.4"), ("Forwarded", "for=1.2.3.4"), ("X-Original-URL", "/metrics"), ("grpc-timeout", "1n"), ("TE", "trailers"),
            ("x-stocks-account", "somebody-else"),
        })
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        request.Headers.TryAddWithoutValidation("If-None-Match", "\"tag\"");
        (await reader.SendAsync(request)).StatusCode.Should().Be(HttpStatusCode.OK);

        var seen = House.Query.Seen.Single();
        seen.Target.Should().Be("/bars?symbols=AAPL%2CBRK.B&limit=2");
        seen.Headers.Should().Contain("If-None-Match", "\"tag\"").And.Contain("x-forwarded-prefix", "/api/v1");
        seen.Headers.Keys.Should().NotContain(["Authorization", "Cookie", "dapr-app-id", "dapr-api-token", "destination-app-id", "X-Original-URL", "grpc-timeout", "dapr-grpc-timeout"]);
        seen.Headers.GetValueOrDefault("dapr-caller-app-id").Should().Be("gateway");
        seen.Headers.GetValueOrDefault("x-stocks-account").Should().Be("local", "who asks is what the token says");
        string.Join(' ', seen.Headers.Values).Should().NotContainAny("1.2.3.4", "/evil", "sdt_");
        House.Collector.Seen.Should().BeEmpty();
    }

    [Fact]
    public async Task A_name_in_basic_authentication_does_not_steer_the_sidecar()
    {
        using var client = House.SignedIn("dapr-app-id", "collector");

        await client.GetAsync("/api/v1/bars").ShouldBeProblemAsync(401);
        House.Collector.Seen.Should().BeEmpty();
    }

    [Fact]
    public async Task What_is_posted_goes_to_Collector_with_what_describes_it()
    {
        using var writer = House.Client(await House.TokenAsync("write"));
        using var body = new ByteArrayContent([1, 2, 3]);
        body.Headers.TryAddWithoutValidation("Content-Type", "text/csv");
        body.Headers.TryAddWithoutValidation("Content-Encoding", "gzip");
        body.Headers.TryAddWithoutValidation("Content-Disposition", "attachment; filename=a.csv.gz");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/imports?interval=1d") { Content = body };
        request.Headers.Add("Idempotency-Key", "k");
        request.Headers.Add("X-File-Name", "a.csv.gz");

        (await writer.SendAsync(request)).StatusCode.Should().Be(HttpStatusCode.OK);

        var seen = House.Collector.Seen.Single();
        seen.Target.Should().Be("/imports?interval=1d");
        seen.Headers.Should().Contain("Content-Type", "text/csv").And.Contain("Content-Encoding", "gzip").And.Contain("Content-Length", "3")
            .And.Contain("Idempotency-Key", "k").And.Contain("X-File-Name", "a.csv.gz").And.Contain("Content-Disposition", "attachment; filename=a.csv.gz");
        House.Query.Seen.Should().BeEmpty();
    }

    [Fact]
    public async Task Dead_letters_are_read_from_Query_and_replayed_by_Writer()
    {
        using var reader = House.Client(await House.TokenAsync("read"));
        using var writer = House.Client(await House.TokenAsync("write"));

        (await reader.GetAsync("/api/v1/dead-letters?state=waiting")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await writer.PostAsync("/api/v1/dead-letters/7/replay", null)).StatusCode.Should().Be(HttpStatusCode.OK);
        await reader.PostAsync("/api/v1/dead-letters/replay", null).ShouldBeProblemAsync(403, "missing_scope");

        House.Query.Seen.Single().Target.Should().Be("/dead-letters?state=waiting");
        House.Writer.Seen.Single().Target.Should().Be("/dead-letters/7/replay");
    }

    [Theory]
    [InlineData("/api/v1/metrics")]
    [InlineData("/api/v1/dapr/subscribe")]
    [InlineData("/api/v1/topics/raw-bars")]
    [InlineData("/api/v1/collect-due")]
    [InlineData("/api/v1/imports/x/missing-batches")]
    [InlineData("/api/v1/imports/x%2Fmissing-batches")]
    [InlineData("/api/v1/imports/x%2fmissing-batches")]
    [InlineData("/api/v1/imports/x%252Fmissing-batches")]
    [InlineData("/api/v1/imports/..%2Fmetrics")]
    [InlineData("/api/v1/symbols/..%2Fmetrics")]
    [InlineData("/api/v1/symbols/%2e%2e%2Fmetrics")]
    [InlineData("/api/v1/symbols/%252e%252e%252Fmetrics")]
    [InlineData("/api/v1/symbols/A%2F..%2F..%2Fimports%2Fx%2Fmissing-batches")]
    [InlineData("/api/v1/symbols/..\\metrics")]
    [InlineData("/api/v1/symbols/..%5Cmetrics")]
    [InlineData("/api/v1/symbols/../metrics")]
    [InlineData("/api/v1/bars/../../../topics/raw-bars")]
    [InlineData("/api/v1/bars/%2F%2Fmetrics")]
    [InlineData("/api/v1/bars/..;/metrics")]
    [InlineData("/api/v1/bars/%3Fx")]
    [InlineData("/api/v1/bars/%23x")]
    [InlineData("/api/v1/bars/%00")]
    [InlineData("/api/v1/bars/%0D%0Ax")]
    [InlineData("/v1.0/invoke/writer/method/metrics")]
    [InlineData("//metrics")]
    public async Task No_path_leads_to_what_is_not_public(string path)
    {
        var token = await House.TokenAsync("read", "write", "admin");

        foreach (var method in new[] { "GET", "POST" })
        {
            var answer = await RawConnection.AskAsync(
                House.Address, $"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            var (status, _, body) = RawConnection.Split(answer);
            status.Should().BeInRange(400, 499, answer);
            Problems.ShouldBeProblem(body, status);
        }

        House.Query.Seen.Concat(House.Collector.Seen).Should().BeEmpty();
    }

    [Fact]
    public async Task A_symbol_may_have_a_slash_of_its_own()
    {
        using var reader = House.Client(await House.TokenAsync("read"));

        (await reader.GetAsync("/api/v1/symbols/BTC%2Fusd")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await reader.GetAsync("/api/v1/bars/%5EGSPC?limit=1")).StatusCode.Should().Be(HttpStatusCode.OK);

        // The server of the service leaves the escape of a slash alone.
        House.Query.Seen.Select(seen => seen.Target).Should().Equal("/symbols/BTC%2Fusd", "/bars/%5EGSPC?limit=1");
    }

    [Fact]
    public async Task An_attempt_to_change_the_protocol_is_answered_as_an_ordinary_request()
    {
        var token = await House.TokenAsync("read");

        var answer = await RawConnection.AskAsync(
            House.Address,
            $"GET /api/v1/bars HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");

        RawConnection.Split(answer).Status.Should().Be(200);
    }

    [Fact]
    public async Task The_services_own_problems_get_through_and_their_headers_too()
    {
        using var reader = House.Client(await House.TokenAsync("read"));
        House.Query.Answer = async context =>
        {
            context.Response.StatusCode = 503;
            context.Response.Headers.RetryAfter = "7";
            context.Response.Headers["traceparent"] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
            await context.Response.WriteAsJsonAsync(
                new { status = 503, detail = "The database is away.", code = "database_unavailable", retry = true, requestId = context.Request.Headers["x-request-id"].ToString() },
                options: null,
                "application/problem+json");
        };

        using var answer = await reader.GetAsync("/api/v1/bars");

        var problem = await answer.ShouldBeProblemAsync(503, "database_unavailable");
        answer.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(7));
        answer.Headers.Contains("traceparent").Should().BeFalse();
        answer.Headers.GetValues("x-request-id").Single().Should().Be((string)problem["requestId"]!);
    }

    [Fact]
    public async Task A_service_that_is_down_is_a_problem_that_says_when_to_come_back()
    {
        using var reader = House.Client(await House.TokenAsync("read"));
        await House.Query.StopAppAsync();

        using var answer = await reader.GetAsync("/api/v1/bars");

        await answer.ShouldBeProblemAsync(503, "service_unavailable");
        answer.Headers.RetryAfter!.Delta.Should().BePositive();
    }

    [Theory]
    [InlineData(500, 503)]
    [InlineData(502, 503)]
    [InlineData(403, 503)]
    [InlineData(413, 413)]
    [InlineData(431, 431)]
    public async Task A_failure_that_is_not_the_services_own_is_held_back(int status, int seen)
    {
        using var reader = House.Client(await House.TokenAsync("read"));
        House.Query.Answer = context =>
        {
            context.Response.StatusCode = status;
            return context.Response.WriteAsync("ERR_DIRECT_INVOKE at line 3");
        };

        await reader.GetAsync("/api/v1/bars").ShouldBeProblemAsync(seen);
    }

    [Fact]
    public async Task A_service_that_breaks_off_its_answer_breaks_off_ours()
    {
        using var reader = House.Client(await House.TokenAsync("read"));
        House.Query.Answer = async context =>
        {
            context.Response.ContentLength = 1000;
            await context.Response.WriteAsync("half", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            context.Abort();
        };

        await reader.Invoking(client => client.GetStringAsync("/api/v1/bars")).Should().ThrowAsync<HttpRequestException>();
    }

    [Fact]
    public async Task HEAD_has_the_headers_and_no_body()
    {
        using var reader = House.Client(await House.TokenAsync("read"));
        House.Query.Answer = context =>
        {
            context.Response.ContentLength = 123;
            context.Response.Headers.ETag = "\"tag\"";
            return Task.CompletedTask;
        };

        using var answer = await reader.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/api/v1/bars"));

        answer.Headers.ETag!.Tag.Should().Be("\"tag\"");
        answer.Content.Headers.ContentLength.Should().Be(123);
        House.Query.Seen.Single().Method.Should().Be("HEAD");
    }
}
