using System.Net;
using StocksDapr.Gateway.House;
using StocksDapr.Support;

namespace StocksDapr.Gateway.Limits;

public sealed class RateLimitTests : GatewayTest
{
    private readonly ManualTimeProvider _time = new(new DateTimeOffset(2020, 1, 2, 14, 30, 15, TimeSpan.Zero));

    protected override TimeProvider Time => _time;

    protected override string[] Settings => ["--RateLimit:RequestsPerMinute=3", "--RateLimit:AnonymousRequestsPerMinute=2"];

    [Fact]
    public async Task A_token_has_its_requests_per_minute_and_is_told_where_it_stands()
    {
        using var reader = House.Client(await House.TokenAsync("read"));
        using var other = House.Client(await House.TokenAsync("read"));
        for (var left = 2; left >= 0; left--)
            ShouldStand(await reader.GetAsync("/api/v1/bars"), HttpStatusCode.OK, 3, left, 45);

        using var refused = await reader.GetAsync("/api/v1/bars");
        await refused.ShouldBeProblemAsync(429, "too_many_requests");
        ShouldStand(refused, HttpStatusCode.TooManyRequests, 3, 0, 45);
        refused.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(45));
        (await other.GetAsync("/api/v1/bars")).StatusCode.Should().Be(HttpStatusCode.OK);
        House.Query.Seen.Should().HaveCount(4);

        _time.Advance(TimeSpan.FromSeconds(44));
        await reader.GetAsync("/api/v1/bars").ShouldBeProblemAsync(429);
        _time.Advance(TimeSpan.FromSeconds(1));
        ShouldStand(await reader.GetAsync("/api/v1/bars"), HttpStatusCode.OK, 3, 2, 60);
    }

    [Fact]
    public async Task Who_shows_no_valid_token_shares_the_limit_of_the_address()
    {
        using var stranger = House.Client("sdt_nonsense");
        await House.Anonymous.GetAsync("/api/v1/bars").ShouldBeProblemAsync(401);
        await stranger.GetAsync("/api/v1/bars").ShouldBeProblemAsync(401);

        await House.Anonymous.GetAsync("/api/v1/bars").ShouldBeProblemAsync(429, "too_many_requests");
        await House.RegisterAsync("ann").ShouldBeProblemAsync(429, "too_many_requests");
        using var health = await House.Anonymous.GetAsync("/healthz");
        health.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_token_may_have_a_rate_of_its_own_or_none()
    {
        using var slow = House.Client((string)(await GatewayHouse.MakeAsync(House.Local, new { requestsPerMinute = 1 }))["token"]!);
        using var free = House.Client((string)(await GatewayHouse.MakeAsync(House.Local, new { requestsPerMinute = 0 }))["token"]!);

        ShouldStand(await slow.GetAsync("/api/v1/bars"), HttpStatusCode.OK, 1, 0, 45);
        await slow.GetAsync("/api/v1/bars").ShouldBeProblemAsync(429);
        for (var i = 0; i < 10; i++)
            (await free.GetAsync("/api/v1/bars")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Errors_say_where_the_caller_stands_too()
    {
        using var broken = new StringContent("{", System.Text.Encoding.UTF8, "application/json");

        using var answer = await House.Anonymous.PostAsync("/api/v1/accounts", broken);

        await answer.ShouldBeProblemAsync(400);
        ShouldStand(answer, HttpStatusCode.BadRequest, 2, 1, 45);
    }

    private static void ShouldStand(HttpResponseMessage answer, HttpStatusCode status, int limit, int remaining, int reset)
    {
        answer.StatusCode.Should().Be(status);
        new[] { "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset" }.Select(name => int.Parse(answer.Headers.GetValues(name).Single()))
            .Should().Equal(limit, remaining, reset);
    }
}
