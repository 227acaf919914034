using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.PubSub.Behaviour;
using StocksDapr.Support;

namespace StocksDapr.Sidecar.PubSub.RabbitMq;

/// <summary>What <c>pubsub.rabbitmq</c> does beyond the recordings (tests/Conformance) and the suite of all brokers.</summary>
[Collection(RabbitMqCollection.Name)]
public sealed class RabbitMqPubSubTests(RabbitMqFixture server)
{
    [Fact]
    public async Task A_broker_that_is_not_there_ends_the_start_with_file_address_and_reason_but_no_password()
    {
        var start = () => RunningApp.StartAsync(null, [Component("amqp://me:secret@localhost:1/")]);

        var failure = (await start.Should().ThrowAsync<SidecarStartException>()).Which;
        failure.Message.Should().Contain("component bus (pubsub.rabbitmq/v1) in").And.Contain("0.yaml").And.Contain("localhost:1").And.Contain("refused").And.NotContain("secret");
    }

    [Fact]
    public async Task A_wrong_password_ends_the_start_and_a_wrong_setting_names_its_file()
    {
        var host = await server.CreateHostAsync();
        var wrong = new UriBuilder(host.ConnectionString) { Password = "guess" }.Uri.AbsoluteUri;

        var entering = () => RunningApp.StartAsync(null, [Component(wrong)]);
        (await entering.Should().ThrowAsync<SidecarStartException>()).Which.Message.Should().Contain("ACCESS_REFUSED").And.NotContain("guess");

        var setting = () => RunningApp.StartAsync(null, [Component(host.ConnectionString, ("prefetchCount", "300"))]);
        (await setting.Should().ThrowAsync<SidecarStartException>()).WithMessage("*0.yaml*prefetchCount*from 0 to 255*");
    }

    [Fact]
    public async Task A_queue_that_somebody_deletes_is_made_again_and_so_is_its_exchange()
    {
        var host = await server.CreateHostAsync();
        var seen = new ConcurrentQueue<int>();
        await using var app = await RunningApp.StartAsync(Recorder(seen, """[{"pubsubname":"bus","topic":"t","route":"/t"}]"""), [Component(host.ConnectionString, ("publisherConfirm", "true"))]);
        (await PublishAsync(app, 1)).Should().Be(HttpStatusCode.NoContent);
        await Eventually.BeTrueAsync(() => seen.Count == 1);

        await server.ManageAsync("DELETE", $"/api/queues/{host.Name}/tester-t");

        await Eventually.BeTrueAsync(async () =>
        {
            (await PublishAsync(app, 2)).Should().Be(HttpStatusCode.NoContent);
            return seen.Contains(2);
        });
    }

    [Fact]
    public async Task A_subscription_that_can_never_be_is_refused_and_the_others_run()
    {
        var host = await server.CreateHostAsync();
        var seen = new ConcurrentQueue<int>();
        const string Subscriptions = """
            [{"pubsubname":"bus","topic":"bad","route":"/t","metadata":{"queueType":"stream"}},
             {"pubsubname":"bus","topic":"worse","route":"/t","metadata":{"maxPriority":"high"}},
             {"pubsubname":"bus","topic":"t","route":"/t"}]
            """;
        await using var app = await RunningApp.StartAsync(Recorder(seen, Subscriptions), [Component(host.ConnectionString)]);

        await PublishAsync(app, 1);

        await Eventually.BeTrueAsync(() => seen.Count == 1);
    }

    [Fact]
    public async Task A_topic_that_the_broker_refuses_does_not_disturb_the_others()
    {
        var host = await server.CreateHostAsync();
        var seen = new ConcurrentQueue<int>();
        await using var app = await RunningApp.StartAsync(Recorder(seen, """[{"pubsubname":"bus","topic":"t","route":"/t"}]"""), [Component(host.ConnectionString, ("publisherConfirm", "true"))]);
        await server.ManageAsync("PUT", $"/api/exchanges/{host.Name}/clash", new JsonObject { ["type"] = "direct", ["durable"] = false, ["auto_delete"] = false });

        var refused = app.Client.PostAsync("/v1.0/publish/bus/clash", JsonContent.Create(new { n = 0 }));
        for (var n = 0; n < 20; n++) (await PublishAsync(app, n)).Should().Be(HttpStatusCode.NoContent);
        using var answer = await refused;

        answer.StatusCode.Should().Be(HttpStatusCode.InternalServerError);
        (await answer.Content.ReadAsStringAsync()).Should().Contain("PRECONDITION_FAILED");
        await Eventually.BeTrueAsync(() => seen.Count == 20);
    }

    [Fact]
    public async Task Texts_that_amqp_has_no_room_for_fail_alone()
    {
        var host = await server.CreateHostAsync();
        var seen = new ConcurrentQueue<int>();
        await using var app = await RunningApp.StartAsync(
            Recorder(seen, """[{"pubsubname":"bus","topic":"t","route":"/t"}]"""),
            [Component(host.ConnectionString, ("publisherConfirm", "true"), ("reconnectWaitSeconds", "50ms"))]);
        var entries = Enumerable.Range(0, 5).Select(n => new
        {
            entryId = $"{n}",
            @event = new { n },
            contentType = "application/json",
            metadata = new { routingKey = n == 2 ? new string('ü', 128) : "" },
        });

        using var answer = await app.Client.PostAsync("/v1.0/publish/bulk/bus/t", JsonContent.Create(entries));

        answer.StatusCode.Should().Be(HttpStatusCode.InternalServerError);
        var failed = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["failedEntries"]!.AsArray().Should().ContainSingle().Which!;
        failed["entryId"]!.GetValue<string>().Should().Be("2");
        failed["error"]!.GetValue<string>().Should().Contain("255 bytes");
        using var topic = await app.Client.PostAsync($"/v1.0/publish/bus/{new string('t', 300)}", JsonContent.Create(new { n = 9 }));
        topic.StatusCode.Should().Be(HttpStatusCode.InternalServerError);
        await Eventually.BeTrueAsync(() => seen.Count == 4);
    }

    [Fact]
    public async Task Amqp_properties_travel_both_ways()
    {
        var host = await server.CreateHostAsync();
        var headers = new TaskCompletionSource<Dictionary<string, string>>();
        await using var app = await RunningApp.StartAsync(
            async http =>
            {
                if (http.Request.Path == "/dapr/subscribe") await http.Response.WriteAsync("""[{"pubsubname":"bus","topic":"t","route":"/t"}]""");
                if (http.Request.Path == "/t") headers.TrySetResult(http.Request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString()));
            },
            [Component(host.ConnectionString, ("publishMessagePropertiesToMetadata", "true"))]);

        await app.Client.PostAsync(
            "/v1.0/publish/bus/t?metadata.messageid=m1&metadata.correlationID=c1&metadata.type=greeting&metadata.contentType=text/x-y", JsonContent.Create(new { n = 1 }));

        (await headers.Task.WaitAsync(TimeSpan.FromSeconds(20))).Should().Contain([
            new("metadata.messageid", "m1"), new("metadata.correlationid", "c1"), new("metadata.type", "greeting"), new("metadata.contenttype", "text/x-y")]);
    }

    [Fact]
    public async Task Over_tls_the_server_is_held_against_the_authority_and_the_client_shows_its_certificate()
    {
        var host = await server.CreateHostAsync();
        var plain = new Uri(host.ConnectionString);
        await using var entrance = new TlsEntrance(plain.Port);
        var url = new UriBuilder(plain) { Scheme = "amqps", Host = "localhost", Port = entrance.Port }.Uri.AbsoluteUri;
        var seen = new ConcurrentQueue<int>();

        await using (var app = await RunningApp.StartAsync(
            Recorder(seen, """[{"pubsubname":"bus","topic":"t","route":"/t"}]"""),
            [Component(url, ("caCert", entrance.Authority), ("clientCert", entrance.ClientCertificate), ("clientKey", entrance.ClientKey))]))
        {
            await PublishAsync(app, 1);
            await Eventually.BeTrueAsync(() => seen.Count == 1);
        }

        entrance.Shown.Should().Be("CN=client");
        var unknown = () => RunningApp.StartAsync(null, [Component(url)]);
        await unknown.Should().ThrowAsync<SidecarStartException>();
        var named = () => RunningApp.StartAsync(null, [Component(url.Replace("localhost", "127.0.0.1", StringComparison.Ordinal), ("caCert", entrance.Authority))]);
        await named.Should().ThrowAsync<SidecarStartException>("the certificate is for localhost");
    }

    private static async Task<HttpStatusCode> PublishAsync(RunningApp app, int number)
    {
        using var answer = await app.Client.PostAsync("/v1.0/publish/bus/t", JsonContent.Create(new { n = number }));
        return answer.StatusCode;
    }

    private static RequestDelegate Recorder(ConcurrentQueue<int> seen, string subscriptions) => async http =>
    {
        if (http.Request.Path == "/dapr/subscribe") await http.Response.WriteAsync(subscriptions);
        if (http.Request.Path == "/t") seen.Enqueue((await JsonNode.ParseAsync(http.Request.Body))!["data"]!["n"]!.GetValue<int>());
    };

    private static string Component(string url, params (string Name, string Value)[] metadata) => $$"""
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata: {name: bus}
        spec:
          type: pubsub.rabbitmq
          version: v1
          initTimeout: 20s
          metadata: {{new JsonArray([.. metadata.Prepend(("connectionString", url)).Select(entry => new JsonObject { ["name"] = entry.Item1, ["value"] = entry.Item2 })]).ToJsonString()}}
        """;
}
