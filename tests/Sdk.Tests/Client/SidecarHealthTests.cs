using Dapr;
using Dapr.Client;

namespace StocksDapr.Sdk.Client;

public sealed class SidecarHealthTests : SidecarTest
{
    [Fact]
    public async Task Health_is_what_the_sidecar_answers()
    {
        Sidecar.Next(204);
        Sidecar.Next(500, """{"errorCode":"ERR_HEALTH_NOT_READY","message":"dapr is not ready"}""");
        Sidecar.Next(204);

        (await Client.CheckHealthAsync()).Should().BeTrue();
        (await Client.CheckHealthAsync()).Should().BeFalse();
        (await Client.CheckOutboundHealthAsync()).Should().BeTrue();
        Sidecar.Requests.Select(request => request.Target).Should().Equal("/v1.0/healthz", "/v1.0/healthz", "/v1.0/healthz/outbound");
    }

    [Fact]
    public async Task Waiting_ends_when_the_sidecar_takes_calls()
    {
        Sidecar.Next(500, """{"errorCode":"ERR_OUTBOUND_HEALTH_NOT_READY","message":"dapr outbound is not ready"}""");

        await Client.WaitForSidecarAsync();

        Sidecar.Requests.Should().HaveCount(2).And.OnlyContain(request => request.Target == "/v1.0/healthz/outbound");
    }

    [Fact]
    public async Task Waiting_for_a_sidecar_that_never_comes_ends_with_its_token()
    {
        await Sidecar.DisposeAsync();
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));

        (await Client.CheckHealthAsync()).Should().BeFalse();
        await Client.Invoking(client => client.WaitForSidecarAsync(cancellation.Token)).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task The_builders_timeout_limits_a_health_check()
    {
        using var client = Sidecar.Client(builder => builder.UseTimeout(TimeSpan.FromMilliseconds(100)));
        Sidecar.Next(context => Task.Delay(Timeout.Infinite, context.RequestAborted));

        await client.Invoking(dapr => dapr.CheckHealthAsync()).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task Metadata_tell_components_and_attributes()
    {
        Sidecar.Next(200,
            """
            {"id":"writer","runtimeVersion":"1.18.3","actors":[{"type":"old","count":1}],"actorRuntime":{"runtimeStatus":"RUNNING","activeActors":[{"type":"Cart","count":3}]},
             "components":[{"name":"pubsub","type":"pubsub.in-memory","version":"v1","capabilities":["SUBSCRIBE_WILDCARDS"]},{"name":"s","type":"secretstores.local.env","version":"v1"}],
             "extended":{"daprRuntimeVersion":"1.18.3"},"workflows":{"connectedWorkers":0}}
            """);

        var metadata = await Client.GetMetadataAsync();

        metadata.Id.Should().Be("writer");
        metadata.Actors.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Type = "Cart", Count = 3 });
        metadata.Components[0].Capabilities.Should().Equal("SUBSCRIBE_WILDCARDS");
        metadata.Components[1].Capabilities.Should().BeEmpty();
        metadata.Extended.Should().Contain("daprRuntimeVersion", "1.18.3");
    }

    [Fact]
    public async Task Attributes_are_set_as_plain_text_and_the_sidecar_can_be_ended()
    {
        await Client.SetMetadataAsync("a b", "x=1");
        await Client.ShutdownSidecarAsync();

        Sidecar.Requests.Select(request => (request.Method, request.Target, request.Body)).Should().Equal(
            ("PUT", "/v1.0/metadata/a%20b", "x=1"), ("POST", "/v1.0/shutdown", string.Empty));
    }

    [Fact]
    public async Task A_disposed_client_makes_no_more_calls()
    {
        Client.Dispose();
        Client.Dispose();

        await Client.Invoking(client => client.CheckHealthAsync()).Should().ThrowAsync<ObjectDisposedException>();
    }

    [Fact]
    public void Endpoints_are_http_or_https()
    {
        FluentActions.Invoking(() => new DaprClientBuilder().UseHttpEndpoint("ftp://a").Build()).Should().Throw<InvalidOperationException>();
        FluentActions.Invoking(() => new DaprClientBuilder().UseGrpcEndpoint("ftp://a").Build()).Should().Throw<InvalidOperationException>();
        FluentActions.Invoking(() => new DaprClientBuilder().UseHttpEndpoint("")).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void An_exception_without_code_says_so()
    {
        new DaprApiException("m").Should().BeEquivalentTo(new { ErrorCode = "UNKNOWN", IsTransient = false, Message = "m" });
        new DaprApiException("ERR_X", isTransient: true).Should().BeEquivalentTo(new { ErrorCode = "ERR_X", IsTransient = true });
    }
}
