using StocksDapr.Gateway.House;

namespace StocksDapr.Gateway.Edge;

public sealed class EdgeHeadersTests : GatewayTest
{
    [Theory]
    [InlineData("/api/v1/bars")]
    [InlineData("/healthz")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/docs/index.html")]
    public async Task Every_answer_keeps_browsers_from_doing_more_than_they_should(string path)
    {
        using var answer = await House.Anonymous.GetAsync(path);

        answer.Headers.GetValues("X-Content-Type-Options").Should().Equal("nosniff");
        answer.Headers.GetValues("X-Frame-Options").Should().Equal("DENY");
        answer.Headers.GetValues("Referrer-Policy").Should().Equal("no-referrer");
        answer.Headers.GetValues("Content-Security-Policy").Single().Should().Contain("frame-ancestors 'none'").And.NotContain("script-src 'self' 'unsafe");
        answer.Headers.Contains("Server").Should().BeFalse();
        answer.Headers.GetValues("x-request-id").Single().Should().NotBeEmpty();
    }

    [Fact]
    public async Task A_request_keeps_the_id_that_its_caller_gave_all_the_way()
    {
        using var reader = House.Client(await House.TokenAsync("read"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/bars");
        request.Headers.Add("x-request-id", "mine-1");

        using var answer = await reader.SendAsync(request);

        answer.Headers.GetValues("x-request-id").Should().Equal("mine-1");
        House.Query.Seen.Single().Headers["x-request-id"].Should().Be("mine-1");
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("<script>")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123456789")]
    public async Task An_id_that_could_spoil_a_log_is_replaced(string id)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/bars");
        request.Headers.TryAddWithoutValidation("x-request-id", id);

        using var answer = await House.Anonymous.SendAsync(request);

        answer.Headers.GetValues("x-request-id").Single().Should().NotBe(id).And.NotBeEmpty();
    }
}
