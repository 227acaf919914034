using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using StocksDapr.Gateway.House;
using StocksDapr.Gateway.Proxy;

namespace StocksDapr.Gateway.OpenApi;

public sealed partial class DescriptionTests : GatewayTest
{
    [Fact]
    public async Task All_services_are_described_in_one_document_at_their_public_paths()
    {
        Describe(House.Query, "get", "/bars", "/bars/{symbol}", "/imports/{id}", "/imports/{id}/missing-batches", "/metrics");
        Describe(House.Collector, "post", "/bars", "/imports", "/collect-due");
        Describe(House.Writer, "post", "/dead-letters/replay", "/dead-letters/{id}/replay", "/topics/bars");

        var document = JsonNode.Parse(await House.Anonymous.GetStringAsync("/openapi/v1.json"))!;

        var paths = document["paths"]!.AsObject();
        paths.Select(path => path.Key).Should().Contain(["/api/v1/bars", "/api/v1/bars/{symbol}", "/api/v1/imports/{id}", "/api/v1/imports", "/api/v1/tokens", "/api/v1/accounts"]);
        paths.Select(path => path.Key).Should().OnlyContain(path => path.StartsWith(ServiceRoutes.Prefix, StringComparison.Ordinal));
        paths.Select(path => path.Key).Should().NotContain(path => path.Contains("missing", StringComparison.Ordinal) || path.Contains("due", StringComparison.Ordinal));
        paths["/api/v1/bars"]!.AsObject().Select(operation => operation.Key).Should().BeEquivalentTo("get", "post");
        ((string)document["components"]!["securitySchemes"]!["bearer"]!["scheme"]!).Should().Be("bearer");
        document["security"]!.AsArray().Should().NotBeEmpty();
        foreach (var reference in References().Matches(document.ToJsonString()).Select(match => match.Groups[1].Value))
        {
            reference.Split('/').Aggregate((JsonNode?)document, (node, name) => node?[name]).Should().NotBeNull($"#/{reference} is referred to");
        }

        ((string)document["paths"]!["/api/v1/bars"]!["get"]!["responses"]!["200"]!["content"]!["application/json"]!["schema"]!["$ref"]!)
            .Should().Be("#/components/schemas/query.Answer");
    }

    [Fact]
    public async Task A_service_that_is_away_is_waited_for()
    {
        Describe(House.Query, "get", "/bars");
        House.Collector.Answer = context =>
        {
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            return Task.CompletedTask;
        };

        using var answer = await House.Anonymous.GetAsync("/openapi/v1.json");

        await answer.ShouldBeProblemAsync(503, "description_unavailable");
        answer.Headers.RetryAfter.Should().NotBeNull();
    }

    [Fact]
    public async Task The_page_brings_everything_along_that_its_policy_lets_it_run()
    {
        using var start = await House.Anonymous.GetAsync("/");
        start.Headers.Location!.OriginalString.Should().Be("/docs");

        using var answer = await House.Anonymous.GetAsync("/docs/index.html");
        var page = await answer.Content.ReadAsStringAsync();
        answer.Headers.GetValues("Content-Security-Policy").Single().Should().Contain("script-src 'self';").And.Contain("connect-src 'self'");
        page.Should().NotMatchRegex("<script(?![^>]*src=)").And.NotMatchRegex(" on[a-z]+=").And.NotContain("//cdn");
        foreach (var path in Sources().Matches(page).Select(match => match.Groups[1].Value))
        {
            using var part = await House.Anonymous.GetAsync($"/docs/{path}");
            part.IsSuccessStatusCode.Should().BeTrue($"/docs/{path} is part of the page");
        }

        (await House.Anonymous.GetStringAsync("/docs/index.js")).Should().Contain("/openapi/v1.json");
    }

    private static void Describe(FakeService service, string method, params string[] paths)
    {
        var described = new JsonObject();
        foreach (var path in paths)
        {
            described[path] = JsonNode.Parse(
                $$"""
                {"{{method}}":{"responses":{"200":{"description":"","content":{"application/json":{"schema":{"$ref":"#/components/schemas/Answer"} } } } } } }
                """);
        }

        var document = new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["paths"] = described,
            ["components"] = JsonNode.Parse(
                """{"schemas":{"Answer":{"type":"object","properties":{"items":{"type":"array","items":{"$ref":"#/components/schemas/Item"}}}},"Item":{"type":"object"}}}"""),
        }.ToJsonString();
        service.Answer = context => context.Request.Path == "/openapi/v1.json"
            ? WriteJsonAsync(context, document)
            : Task.CompletedTask;
    }

    private static Task WriteJsonAsync(HttpContext context, string json)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(json);
    }

    [GeneratedRegex("\"\\$ref\":\"#/([^\"]+)\"")]
    private static partial Regex References();

    [GeneratedRegex("(?:src|href)=\"([^\"]+)\"")]
    private static partial Regex Sources();
}
