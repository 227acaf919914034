using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using StocksDapr.ServiceDefaults.Http;

namespace StocksDapr.ServiceDefaults.Tests.Http;

/// <summary>A service that consists of the defaults and a few endpoints.</summary>
public sealed class ServiceTests
{
    [Fact]
    public async Task It_says_that_it_lives_and_that_it_is_ready()
    {
        await using var service = await StartAsync();
        using var client = service.GetTestClient();

        (await client.GetAsync("/healthz")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await client.GetFromJsonAsync<JsonElement>("/readyz")).GetProperty("status").GetString().Should().Be("healthy");
    }

    [Fact]
    public async Task Whether_its_subscriptions_stand_is_a_question_of_its_own()
    {
        await using var service = await StartAsync();
        using var client = service.GetTestClient();

        var answer = await client.GetAsync("/readyz/subscriptions");

        answer.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable, "there is no sidecar that could have made them");
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("checks").EnumerateObject().Select(check => check.Name).Should().Equal("subscriptions");
    }

    [Fact]
    public async Task Metrics_are_prometheus_text()
    {
        await using var service = await StartAsync();
        using var client = service.GetTestClient();
        await client.GetAsync("/numbers/1");

        var answer = await client.GetAsync("/metrics");

        answer.Content.Headers.ContentType!.MediaType.Should().Be("text/plain");
        (await answer.Content.ReadAsStringAsync()).Should().Contain("# TYPE http_server_request_duration_seconds histogram");
    }

    [Theory]
    [InlineData("/nothing", 404, "not_found")]
    [InlineData("/broken", 500, "internal_error")]
    [InlineData("/numbers/x", 400, "bad_request")]
    [InlineData("/refuse", 400, "bad_limit")]
    [InlineData("/later", 503, "not_yet")]
    public async Task Whatever_goes_wrong_is_a_problem_with_code_and_request_id(string path, int status, string code)
    {
        await using var service = await StartAsync();
        using var client = service.GetTestClient();
        client.DefaultRequestHeaders.Add("x-request-id", "caller-7");

        var answer = await client.GetAsync(path);

        ((int)answer.StatusCode).Should().Be(status);
        answer.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        problem.GetProperty("code").GetString().Should().Be(code);
        problem.GetProperty("requestId").GetString().Should().Be("caller-7");
        problem.GetProperty("status").GetInt32().Should().Be(status);
        problem.TryGetProperty("retry", out _).Should().BeTrue();
        problem.ToString().Should().NotContain("   at ").And.NotContain("Exception");
    }

    [Fact]
    public async Task An_unreadable_body_is_the_callers_and_says_where()
    {
        await using var service = await StartAsync();
        using var client = service.GetTestClient();

        var answer = await client.PostAsync("/numbers", new StringContent("""{"value": oops}""", Encoding.UTF8, "application/json"));

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString().Should().Contain("JSON");
    }

    [Fact]
    public async Task A_dependency_that_is_down_says_when_to_come_again()
    {
        await using var service = await StartAsync();
        using var client = service.GetTestClient();

        (await client.GetAsync("/later")).Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(2));
    }

    [Theory]
    [InlineData("bad id with spaces")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task A_request_id_that_could_do_harm_in_a_log_is_not_taken_over(string id)
    {
        await using var service = await StartAsync();
        using var client = service.GetTestClient();
        client.DefaultRequestHeaders.TryAddWithoutValidation("x-request-id", id);

        var problem = await (await client.GetAsync("/nothing")).Content.ReadFromJsonAsync<JsonElement>();

        problem.GetProperty("requestId").GetString().Should().NotBe(id);
    }

    [Fact]
    public async Task With_an_application_token_only_the_sidecar_is_let_in()
    {
        await using var service = await StartAsync(("APP_API_TOKEN", "s3cret"));
        using var client = service.GetTestClient();

        (await client.GetAsync("/numbers/1")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await client.GetAsync("/healthz")).StatusCode.Should().Be(HttpStatusCode.OK);
        client.DefaultRequestHeaders.Add("dapr-api-token", "s3cret");
        (await client.GetAsync("/numbers/1")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    private static async Task<WebApplication> StartAsync(params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)));
        builder.AddServiceDefaults("test");
        builder.WebHost.UseTestServer();
        var app = builder.Build();
        app.UseServiceDefaults();
        app.MapGet("/numbers/{value}", (int value) => value);
        app.MapPost("/numbers", (Number number) => number.Value);
        app.MapGet("/broken", IResult () => throw new InvalidOperationException("secret detail"));
        app.MapGet("/refuse", () => ApiProblem.BadRequest("bad_limit", "limit 0 is too small.", new { limit = "1 to 10,000" }));
        app.MapGet("/later", () => ApiProblem.Unavailable("not_yet", "Not yet.", TimeSpan.FromSeconds(2)));
        await app.StartAsync();
        return app;
    }

    private sealed record Number(int Value);
}
