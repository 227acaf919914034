using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using StocksDapr.Sidecar.Resources;

namespace StocksDapr.Sidecar.Bindings.Http;

public sealed class HttpBindingTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<(string Method, string Path, Dictionary<string, string> Headers, string Body)> _requests = [];
    private WebApplication _server = null!;
    private RequestDelegate _answer = _ => Task.CompletedTask;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _server = builder.Build();
        _server.Run(async http =>
        {
            var body = await new StreamReader(http.Request.Body).ReadToEndAsync();
            var headers = http.Request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString());
            _requests.Enqueue((http.Request.Method, http.Request.Path + http.Request.QueryString, headers, body));
            await _answer(http);
        });
        await _server.StartAsync();
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Data_and_headers_are_sent_as_real_Dapr_sends_them()
    {
        await using var binding = Create();
        await InvokeAsync(binding, "post", "{\"a\":1}", ("path", "hook?a=1&b=2"), ("X-Custom", "sent"), ("lower", "not sent"), ("traceparent", "00-1"));
        var (method, path, headers, body) = _requests.Should().ContainSingle().Subject;
        (method, path, body).Should().Be(("POST", "/base/hook?a=1&b=2", "{\"a\":1}"));
        headers.Should().Contain("accept", "application/json; charset=utf-8").And.Contain("content-type", "application/json; charset=utf-8")
            .And.Contain("x-custom", "sent").And.Contain("traceparent", "00-1").And.NotContainKey("lower");
    }

    [Fact]
    public async Task Content_type_and_accept_can_be_chosen()
    {
        await using var binding = Create(("securityToken", "t"), ("securityTokenHeader", "X-Token"));
        await InvokeAsync(binding, "create", "null", ("Content-Type", "application/x-golden"), ("Accept", "text/csv"));
        var (method, path, headers, body) = _requests.Single();
        (method, path, body).Should().Be(("POST", "/base", "null"));
        headers.Should().Contain("accept", "text/csv").And.Contain("content-type", "application/x-golden").And.Contain("x-token", "t");
    }

    [Theory]
    [InlineData("get")]
    [InlineData("head")]
    [InlineData("delete")]
    [InlineData("options")]
    [InlineData("trace")]
    public async Task Verbs_without_a_body_send_none(string operation)
    {
        await using var binding = Create();
        await InvokeAsync(binding, operation, "\"data\"");
        var (method, _, headers, body) = _requests.Single();
        (method, body).Should().Be((operation.ToUpperInvariant(), ""));
        headers.Should().NotContainKey("content-type");
    }

    [Fact]
    public async Task The_answer_carries_status_headers_and_body()
    {
        _answer = http =>
        {
            http.Response.Headers["X-Answer"] = new[] { "1", "2" };
            return http.Response.WriteAsync("{}");
        };
        await using var binding = Create();
        var answer = await InvokeAsync(binding, "get");
        Encoding.UTF8.GetString(answer.Data.Span).Should().Be("{}");
        answer.Metadata.Should().Contain("statusCode", "200").And.Contain("status", "200 OK").And.Contain("x-answer", "1, 2");
        answer.Metadata.Should().NotContainKey("Transfer-Encoding");
    }

    [Fact]
    public async Task Failure_is_what_is_not_2xx_unless_somebody_says_otherwise()
    {
        _answer = http =>
        {
            http.Response.StatusCode = 404;
            return Task.CompletedTask;
        };
        await using var strict = Create();
        await using var lenient = Create(("errorIfNot2XX", "false"));
        var failing = () => InvokeAsync(strict, "get");
        (await failing.Should().ThrowAsync<BindingException>().WithMessage("received status code 404")).Which.Answer!.Metadata.Should().Contain("status", "404 Not Found");
        (await InvokeAsync(lenient, "get")).Metadata.Should().Contain("statusCode", "404");
        (await InvokeAsync(strict, "get", "null", ("errorIfNot2XX", "no"))).Metadata.Should().Contain("statusCode", "404");
    }

    [Theory]
    [InlineData(302, "POST", "GET", "")]
    [InlineData(303, "HEAD", "HEAD", "")]
    [InlineData(307, "PUT", "PUT", "1")]
    public async Task Redirects_are_followed(int status, string method, string expectedMethod, string expectedBody)
    {
        _answer = http =>
        {
            if (http.Request.Path != "/base/hook") return Task.CompletedTask;
            http.Response.StatusCode = status;
            http.Response.Headers.Location = "/landing";
            return Task.CompletedTask;
        };
        await using var binding = Create();
        (await InvokeAsync(binding, method.ToLowerInvariant(), "1", ("path", "/hook"))).Metadata.Should().Contain("statusCode", "200");
        var (lastMethod, path, headers, body) = _requests.Last();
        (lastMethod, path, body).Should().Be((expectedMethod, "/landing", expectedBody));
        headers["referer"].Should().EndWith("/base/hook");
    }

    [Fact]
    public async Task A_circle_of_redirects_ends()
    {
        _answer = http =>
        {
            http.Response.StatusCode = 302;
            http.Response.Headers.Location = "/base";
            return Task.CompletedTask;
        };
        await using var binding = Create();
        var act = () => InvokeAsync(binding, "get");
        await act.Should().ThrowAsync<BindingException>().WithMessage("Get \"http://*\": stopped after 10 redirects");
        _requests.Should().HaveCount(10);
    }

    [Fact]
    public async Task A_slow_answer_is_not_waited_for()
    {
        _answer = http => Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        await using var binding = Create(("responseTimeout", "100ms"));
        var act = () => InvokeAsync(binding, "get");
        await act.Should().ThrowAsync<BindingException>().WithMessage("Get \"http://*\": context deadline exceeded");
    }

    [Fact]
    public async Task A_long_answer_is_cut_off()
    {
        _answer = http => http.Response.WriteAsync(new string('x', 100_000));
        await using var binding = Create(("maxResponseBodySize", "10Ki"));
        (await InvokeAsync(binding, "get")).Data.Length.Should().Be(10 * 1024);
    }

    [Theory]
    [InlineData("", "Get \"\": unsupported protocol scheme")]
    [InlineData("ftp://x", "Get \"ftp://x\": unsupported protocol scheme")]
    [InlineData("http://127.0.0.1:1", "Get \"http://127.0.0.1:1\": *")]
    public async Task An_address_that_leads_nowhere_is_an_error(string url, string expected)
    {
        await using var binding = Create(("url", url));
        var act = () => InvokeAsync(binding, "get");
        await act.Should().ThrowAsync<BindingException>().WithMessage(expected);
    }

    [Theory]
    [InlineData("responseTimeout", "soon")]
    [InlineData("maxResponseBodySize", "big")]
    [InlineData("mtlsRootCA", "/no/such/file.pem")]
    public void Metadata_that_make_no_sense_are_refused(string name, string value)
    {
        var act = () => Create((name, value));
        act.Should().Throw<ComponentMetadataException>().WithMessage($"metadata '{name}' *");
    }

    private static async Task<BindingAnswer> InvokeAsync(HttpBinding binding, string operation, string data = "null", params (string Name, string Value)[] metadata) =>
        (await binding.InvokeAsync(new BindingRequest(operation, Encoding.UTF8.GetBytes(data), metadata.ToDictionary(pair => pair.Name, pair => pair.Value)), default))!;

    private HttpBinding Create(params (string Name, string Value)[] metadata)
    {
        var all = new Dictionary<string, string> { ["url"] = _server.Urls.First() + "/base" };
        foreach (var (name, value) in metadata) all[name] = value;
        return HttpBinding.Create(SidecarContexts.Spec("bindings.http", all));
    }
}
