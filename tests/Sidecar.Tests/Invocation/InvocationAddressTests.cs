using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace StocksDapr.Sidecar.Invocation;

/// <summary>Whom a path invokes, what reaches the callee of it, and what of the answer reaches the caller.</summary>
public sealed class InvocationAddressTests
{
    // The application's own escapes come from a second look at the path, which daprd takes when it makes the address of the call.
    [Theory]
    [InlineData("/v1.0/invoke/tester/method/a%20b", "/a%20b")]
    [InlineData("/v1.0/invoke/tester/method/a%2520b", "/a%20b")]
    [InlineData("/v1.0/invoke/tester/method/100%25", "parse *: invalid URL escape \"%\"")]
    [InlineData("/v1.0/invoke/tester/method/50%25zz", "parse *: invalid URL escape \"%zz\"")]
    [InlineData("/v1.0/invoke/tester/method/it's(1)", "/it's(1)")]
    [InlineData("/v1.0/invoke/tester/method/%C3%BC", "/%C3%BC")]
    [InlineData("/v1.0/invoke/tester/method/../x", "/x")]
    [InlineData("/v1.0/invoke/tester/method/a/../../x/", "/x")]
    [InlineData("//v1.0///invoke//tester/method//a//b", "/a/b")]
    [InlineData("/v1.0/invoke/tester.default/method/x", "/x")]
    [InlineData("/v1.0/invoke/tester/method/a%0Ab", "method contains control character at position 1: \"a\\nb\"")]
    [InlineData("/v1.0/invoke/tester/method/%C2%85", "/%C2%85")]
    [InlineData("/v1.0/invoke/a/b/method/x", "couldn't find service: a/b")]
    [InlineData("/v1.0/invoke/a.b.c/method/x", "invalid app id a.b.c")]
    [InlineData("/v1.0/invoke/Tester/method/x", "couldn't find service: Tester")]
    public async Task A_path_names_the_callee_and_its_method(string path, string expected)
    {
        var seen = "";
        await using var app = await RunningApp.StartAsync(http =>
        {
            if (!http.Request.Path.StartsWithSegments("/dapr")) seen = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
            return Task.CompletedTask;
        });

        var answer = await RawAsync(app.Sidecar.HttpPort, $"GET {path} HTTP/1.1");

        if (expected.StartsWith('/')) (seen, answer).Should().Match<(string Seen, string Answer)>(it => it.Seen == expected && it.Answer.StartsWith("HTTP/1.1 200"));
        else answer.Replace("\\\"", "\"").Replace("\\\\", "\\").Should().Match($"*ERR_DIRECT_INVOKE*{expected}*");
    }

    [Theory]
    [InlineData("Basic ZGFwci1hcHAtaWQ6dGVzdGVy", 200)]
    [InlineData("Basic REFQUi1BUFAtSUQ6dGVzdGVy", 200)]
    [InlineData("basic ZGFwci1hcHAtaWQ6dGVzdGVy", 404)]
    [InlineData("Basic ZGFwci1hcHAtaWQ6YTpi", 404)]
    [InlineData("Basic ZGFwci1hcHAtaWQ6", 404)]
    [InlineData("Basic not-base64", 404)]
    public async Task Basic_authentication_names_the_callee(string authorization, int expected)
    {
        await using var app = await RunningApp.StartAsync(_ => Task.CompletedTask);

        (await RawAsync(app.Sidecar.HttpPort, $"GET /x HTTP/1.1\r\nAuthorization: {authorization}")).Should().StartWith($"HTTP/1.1 {expected}");
    }

    [Fact]
    public async Task Another_namespace_is_not_oneself()
    {
        var caller = "";
        await using var app = await RunningApp.StartAsync(http =>
        {
            caller = http.Request.Headers["dapr-caller-app-id"].ToString();
            return Task.CompletedTask;
        });

        await app.Client.GetAsync("/v1.0/invoke/tester.elsewhere/method/x");

        caller.Should().Be("tester");
    }

    [Theory]
    [InlineData(404, "application/json")]
    [InlineData(500, "application/json")]
    [InlineData(200, "text/plain; charset=utf-8")]
    public async Task A_failure_without_a_content_type_counts_as_JSON(int status, string expected)
    {
        await using var app = await RunningApp.StartAsync(async http =>
        {
            http.Response.StatusCode = status;
            await http.Response.WriteAsync("said");
        });

        using var answer = await app.Client.GetAsync("/v1.0/invoke/tester/method/x");

        answer.Content.Headers.ContentType!.ToString().Should().Be(expected);
        (await answer.Content.ReadAsStringAsync()).Should().Be("said");
    }

    [Fact]
    public async Task A_body_of_unknown_length_is_sent_once_whatever_the_policy_says()
    {
        var calls = 0;
        await using var app = await RunningApp.StartAsync(
            async http =>
            {
                if (http.Request.Path != "/x") return;
                Interlocked.Increment(ref calls);
                http.Response.StatusCode = 503;
                await http.Response.WriteAsync("busy");
            },
            ["""
             apiVersion: dapr.io/v1alpha1
             kind: Resiliency
             metadata: {name: r}
             spec:
               policies: {retries: {again: {policy: constant, duration: 1ms, maxRetries: 3}}}
               targets: {apps: {tester: {retry: again}}}
             """]);
        using var chunked = new HttpRequestMessage(HttpMethod.Post, "/v1.0/invoke/tester/method/x") { Content = new StringContent("body") };
        chunked.Headers.TransferEncodingChunked = true;

        using var answer = await app.Client.SendAsync(chunked);

        (answer.StatusCode, calls).Should().Be((HttpStatusCode.ServiceUnavailable, 1));
        (await app.Client.PostAsync("/v1.0/invoke/tester/method/x", new StringContent("body"))).Dispose();
        calls.Should().Be(5);
    }

    [Theory]
    [InlineData("timeout: limit")]
    [InlineData("retry: again")]
    [InlineData("circuitBreaker: breaker")]
    public async Task A_body_reaches_the_callee_under_every_policy(string policy)
    {
        await using var app = await RunningApp.StartAsync(
            http => http.Request.Body.CopyToAsync(http.Response.Body),
            [$$"""
             apiVersion: dapr.io/v1alpha1
             kind: Resiliency
             metadata: {name: r}
             spec:
               policies:
                 timeouts: {limit: 20s}
                 retries:
                   again: {policy: constant, duration: 1ms, maxRetries: 3}
                 circuitBreakers:
                   breaker: {maxRequests: 1}
               targets:
                 apps:
                   tester: { {{policy}} }
             """]);

        using var answer = await app.Client.PostAsync("/v1.0/invoke/tester/method/echo", new StringContent("body"));

        (await answer.Content.ReadAsStringAsync()).Should().Be("body");
    }

    [Fact]
    public async Task An_endpoint_outside_gets_the_headers_and_the_policies_of_its_resources()
    {
        var seen = new List<string>();
        await using var outside = await RunningApp.StartAsync(http =>
        {
            seen.Add($"{http.Request.Path} {http.Request.Headers["x-key"]}");
            http.Response.StatusCode = seen.Count < 2 ? 500 : 200;
            return Task.CompletedTask;
        });
        seen.Clear();
        await using var app = await RunningApp.StartAsync(
            handler: null,
            [
                $$"""
                apiVersion: dapr.io/v1alpha1
                kind: HTTPEndpoint
                metadata: {name: outside}
                spec: {baseUrl: "http://127.0.0.1:{{outside.AppPort}}", headers: [{name: X-Key, value: configured}]}
                """,
                """
                apiVersion: dapr.io/v1alpha1
                kind: Resiliency
                metadata: {name: r}
                spec:
                  policies: {retries: {again: {policy: constant, duration: 1ms, maxRetries: 3}}}
                  targets: {apps: {outside: {retry: again}}}
                """,
            ]);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1.0/invoke/outside/method/x");
        request.Headers.Add("x-key", "the caller's");

        using var answer = await app.Client.SendAsync(request);

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        seen.Should().Equal("/x configured", "/x configured");
    }

    [Fact]
    public async Task Headers_that_only_daprds_own_wire_has_are_not_passed_on()
    {
        var seen = new Dictionary<string, string>();
        await using var app = await RunningApp.StartAsync(
            http =>
            {
                seen = http.Request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString());
                http.Response.Headers["x-trace-bin"] = "b";
                http.Response.Headers["grpc-status"] = "0";
                return Task.CompletedTask;
            },
            options: options => options with { AppToken = "for the application" });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1.0/invoke/tester/method/x");
        request.Headers.Add("x-own-bin", "b");
        request.Headers.Add("grpc-timeout", "1S");
        request.Headers.Add("dapr-api-token", "nobody asks for it");

        using var answer = await app.Client.SendAsync(request);

        seen.Should().ContainKey("dapr-grpc-timeout").And.NotContainKeys("grpc-timeout", "x-own-bin");
        seen["dapr-api-token"].Should().Be("for the application");
        answer.Headers.Should().Contain(header => header.Key == "dapr-grpc-status").And.NotContain(header => header.Key == "grpc-status" || header.Key == "x-trace-bin");
    }

    // HttpClient would clean the path first.
    private static async Task<string> RawAsync(int port, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes($"{request}\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(client.GetStream());
        return await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(20));
    }
}
