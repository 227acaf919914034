using System.Collections.Concurrent;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Http;
using StocksDapr.Support;

namespace StocksDapr.Sidecar.Subscriptions;

/// <summary>Where events go, in the corners that no recording shows; what is expected is read from daprd's source.</summary>
public sealed class RoutingTests
{
    private readonly ConcurrentQueue<(string Path, string Body)> _seen = new();

    [Theory]
    [InlineData("""{"route":"/route","routes":{"rules":[{"match":"event.type == 'x'","path":"/x"}]}}""", "/route")]
    [InlineData("""{"route":"/route","routes":{"rules":[{"match":" ","path":"/always"}],"default":"/d"}}""", "/always")]
    [InlineData("""{"route":"/route","routes":{"rules":[{"match":" event.type == 'com.dapr.event.sent' ","path":"/type"}]}}""", "/type")]
    [InlineData("""{"route":"/a//b/../c/"}""", "/a/c")]
    [InlineData("""{"route":"orders for you?x=1#fragment"}""", "/orders%20for%20you?x=1")]
    [InlineData("""{"route":"/rawPayload","metadata":{"RAWPAYLOAD":"true"}}""", "/rawPayload")]
    public async Task An_event_goes_to_the_first_route_that_matches(string subscription, string expected)
    {
        await using var app = await StartAsync(subscription);

        await app.Client.PostAsync("/v1.0/publish/bus/t", JsonContent.Create(1));

        await Eventually.BeTrueAsync(() => !_seen.IsEmpty);
        _seen.Single().Path.Should().Be(expected);
        _seen.Single().Body.Should().Contain("com.dapr.event.sent").And.NotContain("data_base64");
    }

    [Fact]
    public async Task A_rawPayload_that_is_no_bool_fails_every_message()
    {
        await using var app = await StartAsync("""{"route":"/t","metadata":{"rawPayload":"maybe"},"deadLetterTopic":"dead"}""");

        await app.Client.PostAsync("/v1.0/publish/bus/t", JsonContent.Create(1));

        await Eventually.BeTrueAsync(() => !_seen.IsEmpty);
        _seen.Single().Path.Should().Be("/dead");
    }

    [Fact]
    public async Task A_bulk_event_that_nothing_matches_goes_to_the_dead_letters_and_to_the_root()
    {
        await using var app = await StartAsync(
            """{"routes":{"rules":[{"match":"event.type == 'x'","path":"/x"}]},"deadLetterTopic":"dead","bulkSubscribe":{"enabled":true,"maxAwaitDurationMs":1}}""");

        await app.Client.PostAsync("/v1.0/publish/bus/t", JsonContent.Create(1));

        await Eventually.BeTrueAsync(() => _seen.Count == 2);
        _seen.Select(request => request.Path).Should().BeEquivalentTo("/dead", "/");
    }

    [Theory]
    [InlineData("9007199254740993", "9007199254740992")]
    [InlineData("12345678901234567890", "12345678901234567000")]
    [InlineData("[123456789012345, 1.5, \"a b\"]", "[123456789012345,1.5,\"a b\"]")]
    public async Task Numbers_of_a_bulk_event_pass_through_doubles(string data, string expected)
    {
        await using var app = await StartAsync("""{"route":"/t","bulkSubscribe":{"enabled":true,"maxAwaitDurationMs":1}}""");

        await app.Client.PostAsync("/v1.0/publish/bus/t", new StringContent(data, null, "application/json"));

        await Eventually.BeTrueAsync(() => !_seen.IsEmpty);
        _seen.Single().Body.Should().Contain($"\"data\":{expected},");
    }

    private Task<RunningApp> StartAsync(string subscription) => RunningApp.StartAsync(
        async http =>
        {
            if (http.Request.Path == "/dapr/subscribe")
            {
                var dead = """{"pubsubname":"bus","topic":"dead","route":"/dead"}""";
                await http.Response.WriteAsync($$"""[{"pubsubname":"bus","topic":"t",{{subscription[1..]}},{{dead}}]""");
            }
            else if (HttpMethods.IsPost(http.Request.Method))
            {
                var body = await new StreamReader(http.Request.Body).ReadToEndAsync();
                http.Response.StatusCode = http.Request.Path == "/" ? 404 : 200;
                if (body.Contains("\"entries\"")) await http.Response.WriteAsync("""{"statuses":[]}""");
                _seen.Enqueue(($"{http.Request.Path}{http.Request.QueryString}", body));
            }
        },
        [RunningApp.Bus]);
}
