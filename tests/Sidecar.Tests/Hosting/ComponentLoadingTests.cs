using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace StocksDapr.Sidecar.Hosting;

public sealed class ComponentLoadingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("state.redis", "v1", "*not built into the development sidecar*--daprd*built in: state.in-memory, state.postgresql")]
    [InlineData("state.no-such-thing", "v1", "*there is no such component type*Built in are: state.in-memory, state.postgresql")]
    [InlineData("nonsense", "v1", "*there is no such component type*Built in are: bindings.cron,*")]
    [InlineData("state.in-memory", "v9", "*this sidecar has state.in-memory in version v1 only*--daprd*")]
    [InlineData("state.postgresql", "", "*(state.postgresql/v1)*has state.postgresql in version v2 only; set spec.version*")]
    [InlineData("", "v1", "*spec.type is missing*")]
    [InlineData("state.postgresql", "v2", "*could not be initialised: metadata 'connectionString' no host is given*")]
    [InlineData("bindings.cron", "v1", "*could not be initialised: metadata 'schedule' is missing*")]
    public async Task A_component_that_cannot_be_had_is_refused_with_file_name_and_remedy(string type, string version, string expected)
    {
        var file = _folder.Write("a.yaml", Component("strange", type, version));
        var act = () => StartAsync();
        (await act.Should().ThrowAsync<SidecarStartException>()).WithMessage(expected).And.Message.Should().StartWith("component strange (").And.Contain(file);

        _folder.Write("a.yaml", Component("strange", type, version, "ignoreErrors: true") + "\n---\n" + Component("fine", "state.in-memory", "v1"));
        (await StartAsync()).Should().Equal("fine");
    }

    [Theory]
    [InlineData("primaryEncryptionKey", "*'primaryEncryptionKey' asks for encrypted state, which only real Dapr has*")]
    [InlineData("outboxPublishPubsub", "*'outboxPublishPubsub' asks for the transactional outbox*")]
    public async Task What_only_daprd_can_do_with_state_is_refused_rather_than_left_out(string name, string expected)
    {
        _folder.Write("a.yaml", Component("it", "state.in-memory", "v1", $"metadata: [{{name: {name}, value: \"1\"}}]"));

        (await FluentActions.Awaiting(() => StartAsync()).Should().ThrowAsync<SidecarStartException>()).WithMessage(expected);
    }

    [Fact]
    public async Task Secret_stores_come_first_and_who_needs_one_waits_for_it()
    {
        _folder.Write("secrets.json", "{\"name\": \"GOLDEN_\"}");
        _folder.Write("a.yaml", $"{Component("state", "state.in-memory", "v1")}\n---\n{Component("second", "secretstores.local.env", "v1", "metadata: [{name: prefix, secretKeyRef: {name: name}}]", "first")}");
        _folder.Write("b.yaml", Component("first", "secretstores.local.file", "v1", "metadata: [{name: secretsFile, value: secrets.json}]"));
        _folder.Write("c.yaml", Component("orphan", "state.in-memory", "v1", "metadata: [{name: x, secretKeyRef: {name: y}}]", "nowhere"));
        (await StartAsync()).Should().Equal("first", "second", "state");
    }

    [Theory]
    [InlineData("state.in-memory", "keyprefix", null)]
    [InlineData("state.in-memory", "keyPerfix", "*a.yaml*'keyPerfix' means nothing to this type and is ignored; is keyPrefix meant?")]
    [InlineData("pubsub.in-memory", "maxinflght", "*'maxinflght'*; is maxInFlight meant?")]
    [InlineData("state.in-memory", "somethingElseAltogether", "*'somethingElseAltogether' means nothing to this type and is ignored")]
    public async Task A_metadata_name_that_nobody_reads_is_named_with_the_one_that_was_meant(string type, string name, string? expected)
    {
        using var loggers = new RecordingLoggers();
        _folder.Write("a.yaml", Component("it", type, "v1", $"metadata: [{{name: {name}, value: \"1\"}}]"));
        (await StartAsync(loggers)).Should().Equal("it");

        var warnings = loggers.Messages.Where(line => line.Level == LogLevel.Warning && line.Message.StartsWith("Component ", StringComparison.Ordinal)).Select(line => line.Message);
        if (expected is null) warnings.Should().BeEmpty();
        else warnings.Should().ContainSingle().Which.Should().Match(expected);
    }

    [Fact]
    public async Task The_public_port_answers_for_health_and_metadata_only()
    {
        var options = new SidecarOptions { AppId = "tester", ApiToken = "secret", PublicPort = 0, ApiLogging = true };
        using var loggers = new RecordingLoggers();
        await using var sidecar = new VirtualSidecar(options, new SidecarMesh(), loggers);
        await sidecar.StartAsync(default);
        using var open = new HttpClient { BaseAddress = new Uri($"http://localhost:{sidecar.PublicPort}") };
        using var guarded = new HttpClient { BaseAddress = new Uri($"http://localhost:{sidecar.HttpPort}") };

        (await open.GetAsync("/v1.0/healthz/outbound")).StatusCode.Should().Be(HttpStatusCode.NoContent);
        (await open.GetStringAsync("/v1.0/metadata")).Should().Contain("tester");
        (await open.GetAsync("/v1.0/state/store/k")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await guarded.GetAsync("/v1.0/metadata")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        loggers.Messages.Select(line => line.Message).Should().ContainSingle(message => message.StartsWith("HTTP API Called")).Which.Should().Be("HTTP API Called: GET /v1.0/metadata 401");
    }

    private static string Component(string name, string type, string version, string spec = "ignoreErrors: false", string store = "\"\"") => $$"""
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata: {name: {{name}}}
        spec:
          type: "{{type}}"
          version: "{{version}}"
          {{spec}}
        auth: {secretStore: {{store}}}
        """;

    private async Task<string[]> StartAsync(ILoggerFactory? loggers = null)
    {
        var options = new SidecarOptions { AppId = "tester", ResourcesPaths = [_folder.Path], WorkingDirectory = _folder.Path };
        await using var sidecar = new VirtualSidecar(options, new SidecarMesh(), loggers ?? NullLoggerFactory.Instance);
        await sidecar.StartAsync(default);
        return [.. sidecar.Context!.Components.All.Select(component => component.Resource.Name)];
    }
}
