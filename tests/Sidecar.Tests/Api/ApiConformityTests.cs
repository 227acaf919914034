using System.Net;
using System.Net.Http.Json;

namespace StocksDapr.Sidecar.Api;

/// <summary>Corners of the API that no recording shows; what is expected is read from daprd's source.</summary>
public sealed class ApiConformityTests
{
    private const string Store = """
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata: {name: store}
        spec: {type: state.in-memory, version: v1}
        """;

    [Theory]
    [InlineData("PUT", "/v1.0/metadata/note/", 204)]
    [InlineData("POST", "/v1.0/publish/bus/orders/", 204)]
    [InlineData("POST", "/v1.0/publish/bus/a//b/../c", 204)]
    [InlineData("POST", "/v1.0/publish/bus/", 404)]
    [InlineData("GET", "/v1.0/healthz?appid=tester", 204)]
    [InlineData("GET", "/v1.0/healthz?appid=", 500)]
    [InlineData("GET", "/v1.0/healthz?appid=other", 500)]
    [InlineData("DELETE", "/v1.0/actors/T/1/method/m", 400)]
    [InlineData("PATCH", "/v1.0/actors/T/1/method/m", 404)]
    [InlineData("GET", "/v1.0/actors/T/1/method/m/n", 404)]
    [InlineData("GET", "/v1.0/actors/T/1/timers/t", 404)]
    public async Task Paths_and_verbs_are_daprds(string verb, string path, int expected)
    {
        await using var app = await RunningApp.StartAsync(handler: null, [RunningApp.Bus]);
        using var request = new HttpRequestMessage(new HttpMethod(verb), path);

        using var answer = await app.Client.SendAsync(request);

        ((int)answer.StatusCode).Should().Be(expected);
    }

    [Theory]
    [InlineData("/v1.0/jobs/j", """{"name":"other","schedule":"@daily"}""", 400, "DAPR_SCHEDULER_JOB_NAME")]
    [InlineData("/v1.0/jobs/j", "", 400, "DAPR_SCHEDULER_SCHEDULE_EMPTY")]
    [InlineData("/v1.0/jobs/j", "{", 400, "ERR_MALFORMED_REQUEST")]
    [InlineData("/v1.0/jobs/j", """{"dueTime":"1s"}""", 500, "DAPR_SCHEDULER_SCHEDULE_JOB")]
    [InlineData("/v1.0-alpha1/lock/l", "", 400, "ExpiryInSeconds is not positive")]
    [InlineData("/v1.0-alpha1/lock/l", """{"expiryInSeconds":"5"}""", 500, "ERR_LOCK_STORE_NOT_CONFIGURED")]
    [InlineData("/v1.0-alpha1/unlock/l", "[", 400, "ERR_MALFORMED_REQUEST")]
    [InlineData("/v1.0-alpha2/conversation/c/converse", "x", 400, "ERR_MALFORMED_REQUEST")]
    [InlineData("/v1.0/actors/T/1/reminders/r", "", 400, "failed deserializing HTTP body: EOF")]
    [InlineData("/v1.0/actors/T/1/state", "[]", 400, "ERR_ACTOR_NO_PLACEMENT")]
    public async Task Absent_building_blocks_look_at_the_request_first(string path, string body, int status, string expected)
    {
        await using var app = await RunningApp.StartAsync(handler: null);

        using var answer = await app.Client.PostAsync(path, new StringContent(body));

        ((int)answer.StatusCode).Should().Be(status);
        (await answer.Content.ReadAsStringAsync()).Should().Contain(expected);
    }

    [Fact]
    public async Task An_unknown_broker_is_told_with_the_metadata_of_the_request()
    {
        await using var app = await RunningApp.StartAsync(handler: null);

        using var answer = await app.Client.PostAsync("/v1.0/publish/none/t?metadata.a=1&metadata.a=2&b=3", JsonContent.Create(1));

        (await answer.Content.ReadAsStringAsync()).Should().Contain("""
            "metadata":{"a":"1"}
            """);
    }

    [Fact]
    public async Task What_is_too_large_is_refused_in_the_words_of_each_API()
    {
        await using var app = await RunningApp.StartAsync(handler: null, [RunningApp.Bus], options: options => options with { MaxBodySize = 10 });
        var large = new string('x', 11);

        (await ReadAsync(app.Client.PutAsync("/v1.0/metadata/k", new StringContent(large)))).Should().Contain("ERR_BODY_READ").And.Contain("failed to read request body: stream too large");
        (await ReadAsync(app.Client.PostAsync("/v1.0/publish/bulk/bus/t", new StringContent(large)))).Should().Contain("DAPR_PUBSUB_UNMARSHAL_EVENTS").And.Contain("stream too large");
    }

    [Theory]
    [InlineData("allowed", "v1.0", "state", "/v1.0/state/store/k", 204)]
    [InlineData("allowed", "v1", "state", "/v1.0/state/store/k", 204)]
    [InlineData("allowed", "v1.0", "state", "/v1.0/metadata", 404)]
    [InlineData("allowed", "v1.0", "state", "/v1.0/healthz", 204)]
    [InlineData("allowed", "v1.0", "state", "/v1.0/state/store", 405)]
    [InlineData("denied", "v1.0", "metadata", "/v1.0/metadata", 404)]
    [InlineData("denied", "v1alpha1", "state", "/v1.0/state/store/k", 204)]
    [InlineData("denied", "v1.0", "publish/bulk", "/v1.0/metadata", 200)]
    public async Task Lists_name_a_group_or_the_beginning_of_a_path(string list, string version, string name, string path, int expected)
    {
        using var folder = new TemporaryFolder();
        var config = folder.Write("config.yaml", $$"""
            apiVersion: dapr.io/v1alpha1
            kind: Configuration
            metadata: {name: lists}
            spec:
              api:
                {{list}}: [{name: {{name}}, version: {{version}}, protocol: http}]
            """);
        await using var app = await RunningApp.StartAsync(handler: null, [Store], options: options => options with { ConfigPaths = [config] });

        using var answer = await app.Client.GetAsync(path);

        ((int)answer.StatusCode).Should().Be(expected);
    }

    [Fact]
    public async Task Where_invocation_is_not_allowed_an_unknown_path_is_just_not_found()
    {
        using var folder = new TemporaryFolder();
        var config = folder.Write("config.yaml", """
            apiVersion: dapr.io/v1alpha1
            kind: Configuration
            metadata: {name: lists}
            spec: {api: {denied: [{name: invoke, version: v1.0, protocol: http}]}}
            """);
        await using var app = await RunningApp.StartAsync(_ => Task.CompletedTask, options: options => options with { ConfigPaths = [config] });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/x");
        request.Headers.Add("dapr-app-id", "tester");

        using var answer = await app.Client.SendAsync(request);

        answer.StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await answer.Content.ReadAsStringAsync()).Should().Be("404 page not found\n");
    }

    private static async Task<string> ReadAsync(Task<HttpResponseMessage> sending)
    {
        using var answer = await sending;
        return await answer.Content.ReadAsStringAsync();
    }
}
