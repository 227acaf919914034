using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.DependencyInjection;
using StocksDapr.Gateway.House;
using StocksDapr.Support;

namespace StocksDapr.Gateway.Access;

public sealed class AccessTests : GatewayTest
{
    [Theory]
    [InlineData("/api/v1/nothing")]
    [InlineData("/nothing")]
    [InlineData("/api/v1/bars/AAPL/nothing")]
    [InlineData("/api/v2/bars")]
    public async Task What_there_is_not_is_told_to_callers_alone(string path)
    {
        using var caller = House.Client(await House.TokenAsync("read"));

        await House.Anonymous.GetAsync(path).ShouldBeProblemAsync(401, "no_token");
        await caller.GetAsync(path).ShouldBeProblemAsync(404, "not_found");
    }

    [Theory]
    [InlineData("GET", "/api/v1/bars?symbols=AAPL", "read")]
    [InlineData("HEAD", "/api/v1/bars?symbols=AAPL", "read")]
    [InlineData("GET", "/api/v1/status", "read")]
    [InlineData("GET", "/api/v1/imports/x/rejections", "read")]
    [InlineData("POST", "/api/v1/bars", "write")]
    [InlineData("POST", "/api/v1/imports", "write")]
    [InlineData("GET", "/api/v1/accounts", "admin")]
    public async Task A_route_needs_its_scope_and_no_other_will_do(string method, string path, string scope)
    {
        foreach (var given in Tokens.Scopes.All)
        {
            using var client = House.Client(await House.TokenAsync(given));
            using var answer = await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
            answer.StatusCode.Should().Be(given == scope ? HttpStatusCode.OK : HttpStatusCode.Forbidden, $"{given} was given and {scope} is needed");
        }

        using var refused = await House.Anonymous.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        refused.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task The_wrong_method_is_a_problem_that_names_the_right_ones()
    {
        using var caller = House.Client(await House.TokenAsync("read"));

        using var answer = await caller.DeleteAsync("/api/v1/bars");

        await answer.ShouldBeProblemAsync(405, "method_not_allowed");
        answer.Content.Headers.Allow.Should().BeEquivalentTo("GET", "HEAD", "POST");
        House.Query.Seen.Concat(House.Collector.Seen).Should().NotContain(request => request.Method == "DELETE");
    }

    [Theory]
    [InlineData("access_token")]
    [InlineData("token")]
    [InlineData("authorization")]
    public async Task A_token_in_the_address_does_not_count(string name)
    {
        var token = await House.TokenAsync("read");

        await House.Anonymous.GetAsync($"/api/v1/bars?{name}={token}").ShouldBeProblemAsync(401, "no_token");
    }

    [Fact]
    public async Task Two_authorization_headers_do_not_count()
    {
        var token = await House.TokenAsync("read");

        var answer = await RawConnection.AskAsync(
            House.Address, $"GET /api/v1/bars HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n");

        RawConnection.Split(answer).Status.Should().Be(401);
    }

    [Fact]
    public async Task The_machines_key_counts_from_the_machine_alone()
    {
        var administrator = House.Gateway.Services.GetRequiredService<LocalAdministrator>();

        administrator.Accepts(GatewayHouse.LocalKey, IPAddress.Loopback).Should().BeTrue();
        administrator.Accepts(GatewayHouse.LocalKey, IPAddress.IPv6Loopback).Should().BeTrue();
        administrator.Accepts(GatewayHouse.LocalKey, IPAddress.Loopback.MapToIPv6()).Should().BeTrue();
        administrator.Accepts(GatewayHouse.LocalKey, IPAddress.Parse("192.0.2.7")).Should().BeFalse();
        administrator.Accepts(GatewayHouse.LocalKey, IPAddress.Parse("10.0.0.1")).Should().BeFalse();
        administrator.Accepts(GatewayHouse.LocalKey, null).Should().BeFalse();
        administrator.Accepts(GatewayHouse.LocalKey + "x", IPAddress.Loopback).Should().BeFalse();
        administrator.Accepts("", IPAddress.Loopback).Should().BeFalse();

        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/accounts");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", GatewayHouse.LocalKey);
        request.Headers.Add("X-Forwarded-For", "127.0.0.1");
        (await House.Anonymous.SendAsync(request)).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Nobody_is_let_in_while_the_state_store_is_away()
    {
        using var unseen = House.Client(await House.TokenAsync("read"));
        await House.RegisterAsync("ann");
        using var ann = House.SignedIn("ann");
        using var seen = House.Client(await House.TokenAsync("read"));
        (await seen.GetAsync("/api/v1/bars")).StatusCode.Should().Be(HttpStatusCode.OK);
        var reached = House.Query.Seen.Count;

        await House.Sidecar.StopAsync(CancellationToken.None);

        using var refused = await unseen.GetAsync("/api/v1/bars");
        await refused.ShouldBeProblemAsync(503, "tokens_unavailable");
        refused.Headers.RetryAfter.Should().NotBeNull();
        await ann.GetAsync("/api/v1/tokens").ShouldBeProblemAsync(503, "tokens_unavailable");
        await House.RegisterAsync("bob").ShouldBeProblemAsync(503, "accounts_unavailable");
        await Eventually.PassAsync(() => seen.GetAsync("/api/v1/bars").ShouldBeProblemAsync(503, "tokens_unavailable"));
        House.Query.Seen.Should().HaveCount(reached);
    }
}
