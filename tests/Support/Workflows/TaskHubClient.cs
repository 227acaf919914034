using System.IO.Pipelines;
using System.Net.Http.Headers;
using Google.Protobuf;
using StocksDapr.Protocol.Grpc;
using StocksDapr.Protocol.TaskHub;

namespace StocksDapr.Support.Workflows;

/// <summary>A bare client of a sidecar's task hub: one method call is one gRPC call, nothing is hidden. Works with any daprd as well.</summary>
public sealed class TaskHubClient : IDisposable
{
    private const int MaxMessageSize = 64 * 1024 * 1024;

    private readonly HttpClient _http;

    /// <param name="address">Of the gRPC port: <c>http://127.0.0.1:50001</c>.</param>
    /// <param name="apiToken">Sent as dapr-api-token; null = none.</param>
    public TaskHubClient(Uri address, string? apiToken = null)
    {
        _http = new HttpClient(new SocketsHttpHandler { EnableMultipleHttp2Connections = true })
        {
            BaseAddress = address,
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestVersion = System.Net.HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (apiToken is not null) _http.DefaultRequestHeaders.Add("dapr-api-token", apiToken);
    }

    /// <summary>Makes a unary call.</summary>
    /// <exception cref="GrpcException">It ended with another status than OK.</exception>
    public async Task<TAnswer> CallAsync<TAnswer>(string method, IMessage request, MessageParser<TAnswer> parser, TimeSpan? deadline = null, CancellationToken cancellationToken = default)
        where TAnswer : class, IMessage<TAnswer>
    {
        using var message = Message(method, request);
        if (deadline is { } limit) message.Headers.Add(GrpcNames.Timeout, GrpcText.EncodeTimeout(limit));
        using var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        Check(response.Headers);
        var input = PipeReader.Create(await response.Content.ReadAsStreamAsync(cancellationToken));
        var answer = await GrpcFrame.ReadAsync(input, parser, MaxMessageSize, null, cancellationToken);
        if (answer is not null) await GrpcFrame.ReadAsync(input, parser, MaxMessageSize, null, cancellationToken);
        await input.CompleteAsync();
        Check(response.TrailingHeaders);
        return answer ?? throw new GrpcException(GrpcStatusCode.Internal, "the answer has no message");
    }

    /// <summary>Opens a worker's stream; <paramref name="connected"/> is told when the sidecar has taken it.</summary>
    public async IAsyncEnumerable<WorkItem> WorkItemsAsync(
        Action? connected = null, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var message = Message("/TaskHubSidecarService/GetWorkItems", new GetWorkItemsRequest());
        using var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        Check(response.Headers);
        connected?.Invoke();
        var input = PipeReader.Create(await response.Content.ReadAsStreamAsync(cancellationToken), new StreamPipeReaderOptions(bufferSize: 64 * 1024));
        while (await GrpcFrame.ReadAsync(input, WorkItem.Parser, MaxMessageSize, null, cancellationToken) is { } item) yield return item;
        Check(response.TrailingHeaders);
    }

    public Task<CreateInstanceResponse> StartAsync(string id, string name, string? input = null, CancellationToken cancellationToken = default) =>
        CallAsync("/TaskHubSidecarService/StartInstance", new CreateInstanceRequest { InstanceId = id, Name = name, Input = input }, CreateInstanceResponse.Parser, null, cancellationToken);

    public async Task<WorkflowState?> GetAsync(string id) =>
        (await CallAsync("/TaskHubSidecarService/GetInstance", new GetInstanceRequest { InstanceId = id, GetInputsAndOutputs = true }, GetInstanceResponse.Parser)).WorkflowState;

    public async Task<WorkflowState> WaitForEndAsync(string id, CancellationToken cancellationToken = default) =>
        (await CallAsync(
            "/TaskHubSidecarService/WaitForInstanceCompletion", new GetInstanceRequest { InstanceId = id, GetInputsAndOutputs = true }, GetInstanceResponse.Parser, null, cancellationToken)).WorkflowState;

    public Task<RaiseEventResponse> RaiseAsync(string id, string name, string? input = null) =>
        CallAsync("/TaskHubSidecarService/RaiseEvent", new RaiseEventRequest { InstanceId = id, Name = name, Input = input }, RaiseEventResponse.Parser);

    public Task<TerminateResponse> TerminateAsync(string id, string? output = null, bool recursive = true) =>
        CallAsync("/TaskHubSidecarService/TerminateInstance", new TerminateRequest { InstanceId = id, Output = output, Recursive = recursive }, TerminateResponse.Parser);

    public Task<SuspendResponse> SuspendAsync(string id) => CallAsync("/TaskHubSidecarService/SuspendInstance", new SuspendRequest { InstanceId = id }, SuspendResponse.Parser);

    public Task<ResumeResponse> ResumeAsync(string id) => CallAsync("/TaskHubSidecarService/ResumeInstance", new ResumeRequest { InstanceId = id }, ResumeResponse.Parser);

    public async Task<int> PurgeAsync(string id, bool recursive = true, bool force = false)
    {
        var request = new PurgeInstancesRequest { InstanceId = id, Recursive = recursive };
        if (force) request.Force = true;
        return (await CallAsync("/TaskHubSidecarService/PurgeInstances", request, PurgeInstancesResponse.Parser)).DeletedInstanceCount;
    }

    public async Task<IReadOnlyList<HistoryEvent>> HistoryAsync(string id) =>
        (await CallAsync("/TaskHubSidecarService/GetInstanceHistory", new GetInstanceHistoryRequest { InstanceId = id }, GetInstanceHistoryResponse.Parser)).Events;

    public Task<CompleteTaskResponse> CompleteAsync(WorkflowResponse response, CancellationToken cancellationToken = default) =>
        CallAsync("/TaskHubSidecarService/CompleteOrchestratorTask", response, CompleteTaskResponse.Parser, null, cancellationToken);

    public Task<CompleteTaskResponse> CompleteAsync(ActivityResponse response, CancellationToken cancellationToken = default) =>
        CallAsync("/TaskHubSidecarService/CompleteActivityTask", response, CompleteTaskResponse.Parser, null, cancellationToken);

    public void Dispose() => _http.Dispose();

    private static HttpRequestMessage Message(string method, IMessage request)
    {
        var body = new System.Buffers.ArrayBufferWriter<byte>();
        GrpcFrame.Write(body, request);
        var message = new HttpRequestMessage(HttpMethod.Post, method)
        {
            Version = System.Net.HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ReadOnlyMemoryContent(body.WrittenMemory),
        };
        message.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        message.Content.Headers.ContentType = new MediaTypeHeaderValue(GrpcNames.ContentType);
        return message;
    }

    private static void Check(HttpResponseHeaders headers)
    {
        if (!headers.TryGetValues(GrpcNames.Status, out var values)) return;
        var status = (GrpcStatusCode)int.Parse(values.First(), System.Globalization.CultureInfo.InvariantCulture);
        if (status == GrpcStatusCode.Ok) return;
        throw new GrpcException(status, headers.TryGetValues(GrpcNames.Message, out var text) ? GrpcText.DecodeMessage(text.First()) : "");
    }
}
