using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using StocksDapr.Protocol.Grpc;
using StocksDapr.Protocol.TaskHub;
using StocksDapr.Support.Workflows;

namespace StocksDapr.Sidecar.Workflows;

/// <summary>The gRPC server: what is no good call, and what a good one may look like.</summary>
public sealed class TaskHubTests
{
    private const string Start = "/TaskHubSidecarService/StartInstance";
    private const string Get = "/TaskHubSidecarService/GetInstance";

    [Fact]
    public async Task An_unknown_method_is_unimplemented()
    {
        await using var sidecar = await WorkflowSidecar.StartAsync(null);

        (await FailureAsync(sidecar.Hub, "/TaskHubSidecarService/NoSuchMethod", new Empty())).Should().Be(GrpcStatusCode.Unimplemented);
        (await FailureAsync(sidecar.Hub, "/dapr.proto.runtime.v1.Dapr/SaveState", new Empty())).Should().Be(GrpcStatusCode.Unimplemented);
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 0, 4, 255, 255, 255, 255 }, GrpcStatusCode.Internal)]
    [InlineData(new byte[] { 0, 0, 0, 0, 9, 1 }, GrpcStatusCode.Internal)]
    [InlineData(new byte[] { 9, 0, 0, 0, 0 }, GrpcStatusCode.Internal)]
    [InlineData(new byte[] { 1, 0, 0, 0, 1, 0 }, GrpcStatusCode.Unimplemented)]
    [InlineData(new byte[] { 0, 255, 255, 255, 255 }, GrpcStatusCode.ResourceExhausted)]
    [InlineData(new byte[0], GrpcStatusCode.Internal)]
    public async Task Garbage_is_answered_with_a_status_and_harms_nobody(byte[] body, GrpcStatusCode expected)
    {
        await using var sidecar = await WorkflowSidecar.StartAsync(null);

        (await PostAsync(sidecar, body)).Should().Be(expected);
        (await sidecar.Hub.GetAsync("x")).Should().BeNull();
    }

    [Fact]
    public async Task A_message_above_the_limit_is_refused()
    {
        await using var sidecar = await WorkflowSidecar.StartAsync(null, change: options => options with { MaxBodySize = 1000 });

        var big = new GetInstanceRequest { InstanceId = new string('x', 2000) };
        (await FailureAsync(sidecar.Hub, Get, big)).Should().Be(GrpcStatusCode.ResourceExhausted);
    }

    [Fact]
    public async Task A_compressed_request_is_understood()
    {
        await using var sidecar = await WorkflowSidecar.StartAsync(null);
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(new GetInstanceRequest { InstanceId = "none" }.ToByteArray());
        var length = (byte)packed.Length;

        (await PostAsync(sidecar, [1, 0, 0, 0, length, .. packed.ToArray()], "gzip")).Should().Be(GrpcStatusCode.Ok);
    }

    [Fact]
    public async Task The_api_token_is_asked_for()
    {
        await using var sidecar = await WorkflowSidecar.StartAsync(null, change: options => options with { ApiToken = "secret" });
        using var wrong = new TaskHubClient(sidecar.Address, "guess");
        using var right = new TaskHubClient(sidecar.Address, "secret");

        (await FailureAsync(sidecar.Hub, Get, new GetInstanceRequest())).Should().Be(GrpcStatusCode.Unauthenticated);
        (await FailureAsync(wrong, Get, new GetInstanceRequest())).Should().Be(GrpcStatusCode.Unauthenticated);
        (await right.GetAsync("none")).Should().BeNull();
    }

    [Fact]
    public async Task A_start_that_is_given_up_before_a_worker_came_leaves_nothing()
    {
        await using var sidecar = await WorkflowSidecar.StartAsync(null);

        var start = () => sidecar.Hub.CallAsync(Start, new CreateInstanceRequest { InstanceId = "given-up", Name = "One" }, CreateInstanceResponse.Parser, TimeSpan.FromMilliseconds(300));
        (await start.Should().ThrowAsync<GrpcException>()).Which.Status.Should().Be(GrpcStatusCode.DeadlineExceeded);

        (await sidecar.Hub.GetAsync("given-up")).Should().BeNull();
    }

    [Fact]
    public async Task Without_a_store_for_workflows_calls_say_what_is_missing()
    {
        await using var sidecar = await WorkflowSidecar.StartAsync(null, change: options => options with { ResourcesPaths = [] });

        var get = () => sidecar.Hub.GetAsync("x");
        (await get.Should().ThrowAsync<GrpcException>()).WithMessage("*actorStateStore*");
    }

    [Fact]
    public async Task Ids_that_no_store_could_keep_are_refused()
    {
        await using var sidecar = await WorkflowSidecar.StartAsync(null);
        await using var worker = await TestWorker.ConnectAsync(sidecar.Address, Act.OneActivity);

        foreach (var id in new[] { "", "a\0b", new string('x', 5000) })
            (await FailureAsync(sidecar.Hub, Start, new CreateInstanceRequest { InstanceId = id, Name = "One" })).Should().Be(GrpcStatusCode.InvalidArgument);
    }

    [Fact]
    public async Task The_metadata_tells_how_many_workers_are_connected()
    {
        await using var sidecar = await WorkflowSidecar.StartAsync(null);
        await using var worker = await TestWorker.ConnectAsync(sidecar.Address, Act.OneActivity);
        using var http = new HttpClient { BaseAddress = sidecar.HttpAddress };

        (await http.GetStringAsync("/v1.0/metadata")).Should().Contain("\"workflows\":{\"connectedWorkers\":1}");
    }

    private static async Task<GrpcStatusCode> FailureAsync(TaskHubClient hub, string method, IMessage request)
    {
        try
        {
            await hub.CallAsync(method, request, GetInstanceResponse.Parser);
            return GrpcStatusCode.Ok;
        }
        catch (GrpcException failed)
        {
            return failed.Status;
        }
    }

    private static async Task<GrpcStatusCode> PostAsync(WorkflowSidecar sidecar, byte[] body, string? encoding = null)
    {
        using var http = new HttpClient { BaseAddress = sidecar.Address };
        using var message = new HttpRequestMessage(HttpMethod.Post, Get)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc+proto");
        if (encoding is not null) message.Headers.Add(GrpcNames.Encoding, encoding);
        using var response = await http.SendAsync(message);
        await response.Content.ReadAsByteArrayAsync();
        var headers = response.Headers.Contains(GrpcNames.Status) ? response.Headers : response.TrailingHeaders;
        return (GrpcStatusCode)int.Parse(headers.GetValues(GrpcNames.Status).Single(), System.Globalization.CultureInfo.InvariantCulture);
    }
}
