using System.Net;

namespace StocksDapr.Sidecar.Api;

public sealed class CorsTests
{
    [Fact]
    public async Task A_preflight_is_answered_without_a_token_with_what_it_asks_for()
    {
        await using var app = await RunningApp.StartAsync(handler: null, options: options => options with { AllowedOrigins = ["http://shop.example"], ApiToken = "secret" });

        using var answer = await SendAsync(app, HttpMethod.Options, "http://SHOP.example", "patch", "content-type,x-REQUEST-id");

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        Header(answer, "Access-Control-Allow-Origin").Should().Be("http://SHOP.example");
        Header(answer, "Access-Control-Allow-Methods").Should().Be("PATCH");
        Header(answer, "Access-Control-Allow-Headers").Should().Be("Content-Type, X-Request-Id");
        answer.Headers.GetValues("Vary").Should().Equal("Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers");
    }

    [Theory]
    [InlineData("http://other.example", "GET")]
    [InlineData("http://shop.example", "TRACE")]
    [InlineData(null, "GET")]
    public async Task A_preflight_for_something_else_is_answered_without_leave(string? origin, string method)
    {
        await using var app = await RunningApp.StartAsync(handler: null, options: options => options with { AllowedOrigins = ["http://shop.example"] });

        using var answer = await SendAsync(app, HttpMethod.Options, origin, method, null);

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        answer.Headers.Contains("Access-Control-Allow-Origin").Should().BeFalse();
        answer.Headers.Contains("Access-Control-Allow-Methods").Should().BeFalse();
    }

    [Theory]
    [InlineData("*", "http://any.example", "*")]
    [InlineData("http://*.example", "http://a.example", "http://a.example")]
    [InlineData("http://*.example", "http://example", null)]
    [InlineData("http://shop.example", "http://shop.example.evil", null)]
    public async Task A_request_is_done_and_told_who_may_see_the_answer(string allowed, string origin, string? expected)
    {
        await using var app = await RunningApp.StartAsync(handler: null, options: options => options with { AllowedOrigins = [allowed] });

        using var answer = await SendAsync(app, HttpMethod.Get, origin, null, null);

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        Header(answer, "Access-Control-Allow-Origin").Should().Be(expected);
        Header(answer, "Vary").Should().Be("Origin");
    }

    private static string? Header(HttpResponseMessage answer, string name) => answer.Headers.TryGetValues(name, out var values) ? string.Join('|', values) : null;

    private static async Task<HttpResponseMessage> SendAsync(RunningApp app, HttpMethod verb, string? origin, string? method, string? headers)
    {
        using var request = new HttpRequestMessage(verb, "/v1.0/metadata");
        if (origin is not null) request.Headers.Add("Origin", origin);
        if (method is not null) request.Headers.Add("Access-Control-Request-Method", method);
        if (headers is not null) request.Headers.Add("Access-Control-Request-Headers", headers);
        return await app.Client.SendAsync(request);
    }
}
