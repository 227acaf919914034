using Dapr.Workflow;
using Dapr.Workflow.Client;
using Dapr.Workflow.Registration;
using Google.Protobuf.WellKnownTypes;
using StocksDapr.Protocol.Grpc;
using StocksDapr.Protocol.TaskHub;
using StocksDapr.Support;
using WireState = StocksDapr.Protocol.TaskHub.WorkflowState;

namespace StocksDapr.Sdk.Workflow;

/// <summary>What the client says over gRPC, and what it makes of answers and errors.</summary>
public sealed class ClientTests : IAsyncLifetime
{
    private ScriptedHub _hub = null!;
    private DaprWorkflowClient _client = null!;

    public async Task InitializeAsync()
    {
        _hub = await ScriptedHub.StartAsync();
        var builder = new DaprWorkflowClientBuilder();
        builder.UseGrpcEndpoint(_hub.Endpoint).UseDaprApiToken("secret");
        _client = builder.Build();
    }

    public async Task DisposeAsync()
    {
        await _client.DisposeAsync();
        await _hub.DisposeAsync();
    }

    [Fact]
    public async Task Starting_sends_name_id_input_and_time_with_the_headers_of_grpc()
    {
        _hub.On("StartInstance", new CreateInstanceResponse { InstanceId = "id" });
        var at = new DateTimeOffset(2026, 1, 5, 9, 30, 0, TimeSpan.FromHours(-5));

        var id = await _client.ScheduleNewWorkflowAsync("Order", "id", new { Count = 3 }, at);

        id.Should().Be("id");
        var call = _hub.Calls.Single();
        call.Path.Should().Be("/TaskHubSidecarService/StartInstance");
        call.Headers["te"].ToString().Should().Be("trailers");
        call.Headers["content-type"].ToString().Should().Be("application/grpc");
        call.Headers["dapr-api-token"].ToString().Should().Be("secret");
        call.Headers["user-agent"].ToString().Should().StartWith("dapr-sdk-dotnet/v");
        var request = call.Message(CreateInstanceRequest.Parser);
        request.Should().BeEquivalentTo(new { Name = "Order", InstanceId = "id", Input = """{"count":3}""" }, options => options.ExcludingMissingMembers());
        request.ScheduledStartTimestamp.ToDateTimeOffset().Should().Be(at);
    }

    [Fact]
    public async Task An_id_is_made_and_no_input_is_empty_text()
    {
        _hub.On("StartInstance", call => call.AnswerAsync(new CreateInstanceResponse { InstanceId = call.Message(CreateInstanceRequest.Parser).InstanceId }));

        var id = await _client.ScheduleNewWorkflowAsync("Order");

        Guid.TryParse(id, out _).Should().BeTrue();
        var request = _hub.Calls.Single().Message(CreateInstanceRequest.Parser);
        request.Input.Should().BeEmpty();
        request.ScheduledStartTimestamp.Should().BeNull();
    }

    [Fact]
    public async Task Errors_carry_status_and_text()
    {
        _hub.Fail("StartInstance", GrpcStatusCode.AlreadyExists, "an active workflow with ID 'ü' already exists");

        var refused = (await _client.Awaiting(client => client.ScheduleNewWorkflowAsync("Order", "ü")).Should().ThrowAsync<WorkflowRpcException>()).Which;

        refused.StatusCode.Should().Be(6);
        refused.Detail.Should().Be("an active workflow with ID 'ü' already exists");
    }

    [Theory]
    [InlineData(404, 12)]
    [InlineData(401, 16)]
    [InlineData(503, 14)]
    public async Task An_answer_that_is_no_grpc_is_an_error(int http, int status)
    {
        _hub.On("RaiseEvent", call => call.SetHttpStatusAsync(http));

        var refused = (await _client.Awaiting(client => client.RaiseEventAsync("id", "e")).Should().ThrowAsync<WorkflowRpcException>()).Which;

        refused.StatusCode.Should().Be(status);
    }

    [Fact]
    public async Task A_sidecar_that_is_away_is_unavailable()
    {
        await _hub.StopAsync();

        var away = (await _client.Awaiting(client => client.RaiseEventAsync("id", "e")).Should().ThrowAsync<WorkflowRpcException>()).Which;

        away.StatusCode.Should().Be((int)GrpcStatusCode.Unavailable);
    }

    [Fact]
    public async Task A_connection_that_breaks_in_the_middle_is_unavailable()
    {
        _hub.On("RaiseEvent", call =>
        {
            call.Abort();
            return Task.CompletedTask;
        });

        var broken = (await _client.Awaiting(client => client.RaiseEventAsync("id", "e")).Should().ThrowAsync<WorkflowRpcException>()).Which;

        broken.StatusCode.Should().Be((int)GrpcStatusCode.Unavailable);
    }

    [Fact]
    public async Task Cancelling_a_call_throws_what_cancelling_throws_and_ends_it_at_the_sidecar()
    {
        var ended = new TaskCompletionSource();
        _hub.On("WaitForInstanceCompletion", async call =>
        {
            await call.StayAsync();
            ended.SetResult();
        });
        using var cancellation = new CancellationTokenSource();
        var wait = _client.WaitForWorkflowCompletionAsync("id", cancellation: cancellation.Token);
        await Eventually.BeTrueAsync(() => !_hub.Calls.IsEmpty);

        await cancellation.CancelAsync();

        await wait.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>();
        await ended.Task;
    }

    [Fact]
    public async Task A_deadline_is_told_to_the_sidecar_and_kept_here()
    {
        _hub.On("RaiseEvent", call => call.StayAsync());
        var builder = new DaprWorkflowClientBuilder();
        builder.UseGrpcEndpoint(_hub.Endpoint).UseTimeout(TimeSpan.FromMilliseconds(200));
        await using var client = builder.Build();

        var late = (await client.Awaiting(impatient => impatient.RaiseEventAsync("id", "e")).Should().ThrowAsync<WorkflowRpcException>()).Which;

        late.StatusCode.Should().Be((int)GrpcStatusCode.DeadlineExceeded);
        _hub.Calls.Single().Headers["grpc-timeout"].ToString().Should().Be("200000u");
    }

    [Fact]
    public async Task A_message_that_is_too_big_is_refused()
    {
        _hub.On("GetInstance", new GetInstanceResponse { Exists = true, WorkflowState = new WireState { Output = new string('x', 5 * 1024 * 1024) } });

        var refused = (await _client.Awaiting(client => client.GetWorkflowStateAsync("id")).Should().ThrowAsync<WorkflowRpcException>()).Which;

        refused.StatusCode.Should().Be((int)GrpcStatusCode.ResourceExhausted);
    }

    [Fact]
    public async Task The_state_shows_what_the_sidecar_says()
    {
        var created = new DateTime(2026, 1, 5, 9, 30, 0, DateTimeKind.Utc);
        _hub.On("GetInstance", new GetInstanceResponse
        {
            Exists = true,
            WorkflowState = new WireState
            {
                Name = "Order",
                WorkflowStatus = OrchestrationStatus.Failed,
                CreatedTimestamp = Timestamp.FromDateTime(created),
                LastUpdatedTimestamp = Timestamp.FromDateTime(created.AddMinutes(1)),
                Input = "3",
                Output = string.Empty,
                CustomStatus = """{"step":2}""",
                FailureDetails = new TaskFailureDetails { ErrorType = "System.IO.IOException", ErrorMessage = "disk" },
            },
        });

        var state = await _client.GetWorkflowStateAsync("id");

        state.Exists.Should().BeTrue();
        state.WorkflowName.Should().Be("Order");
        (state.RuntimeStatus, state.IsWorkflowRunning, state.IsWorkflowCompleted).Should().Be((WorkflowRuntimeStatus.Failed, false, true));
        (state.CreatedAt, state.LastUpdatedAt).Should().Be((new DateTimeOffset(created), new DateTimeOffset(created.AddMinutes(1))));
        state.ReadInputAs<int>().Should().Be(3);
        state.ReadOutputAs<int>().Should().Be(0);
        state.ReadCustomStatusAs<Dictionary<string, int>>().Should().ContainKey("step");
        state.FailureDetails!.IsCausedBy<IOException>().Should().BeTrue();
    }

    [Fact]
    public async Task An_unknown_instance_does_not_exist_and_cannot_be_waited_for()
    {
        _hub.On("GetInstance", new GetInstanceResponse());
        _hub.On("WaitForInstanceStart", new GetInstanceResponse());
        (await _client.GetWorkflowStateAsync("id")).RuntimeStatus.Should().Be(WorkflowRuntimeStatus.Unknown);
        await _client.Awaiting(client => client.WaitForWorkflowStartAsync("id")).Should().ThrowAsync<InvalidOperationException>();

        _hub.Fail("GetInstance", GrpcStatusCode.NotFound, "no");
        (await _client.GetWorkflowStateAsync("id")).Exists.Should().BeFalse();
        _hub.Fail("GetInstance", GrpcStatusCode.Internal, "broken");
        await _client.Awaiting(client => client.GetWorkflowStateAsync("id")).Should().ThrowAsync<WorkflowRpcException>();
    }

    [Fact]
    public async Task Waiting_goes_on_while_the_sidecar_is_away_and_asks_for_payloads_once_at_the_end()
    {
        var attempts = 0;
        _hub.On("WaitForInstanceCompletion", call => ++attempts < 3
            ? call.FailAsync(GrpcStatusCode.Unavailable, "restarting")
            : call.AnswerAsync(new GetInstanceResponse { Exists = true, WorkflowState = new WireState { WorkflowStatus = OrchestrationStatus.Completed } }));
        _hub.On("GetInstance", new GetInstanceResponse { Exists = true, WorkflowState = new WireState { WorkflowStatus = OrchestrationStatus.Completed, Output = "7" } });

        var state = await _client.WaitForWorkflowCompletionAsync("id");

        state.ReadOutputAs<int>().Should().Be(7);
        _hub.CallsOf("WaitForInstanceCompletion").Should().HaveCount(3).And.OnlyContain(call => !call.Message(GetInstanceRequest.Parser).GetInputsAndOutputs);
        _hub.CallsOf("GetInstance").Should().ContainSingle(call => call.Message(GetInstanceRequest.Parser).GetInputsAndOutputs);
    }

    [Fact]
    public async Task Management_calls_say_what_they_are_told()
    {
        _hub.On("RaiseEvent", new RaiseEventResponse());
        _hub.On("TerminateInstance", new TerminateResponse());
        _hub.On("SuspendInstance", new SuspendResponse());
        _hub.On("ResumeInstance", new ResumeResponse());
        _hub.On("PurgeInstances", new PurgeInstancesResponse { DeletedInstanceCount = 2 });
        _hub.On("RerunWorkflowFromEvent", new RerunWorkflowFromEventResponse { NewInstanceID = "new" });
        _hub.On("ListInstanceIDs", new ListInstanceIDsResponse { InstanceIds = { "a", "b" }, ContinuationToken = "b" });
        _hub.On("GetInstanceHistory", new GetInstanceHistoryResponse { Events = { new HistoryEvent { EventId = 4, TimerCreated = new TimerCreatedEvent() } } });

        await _client.RaiseEventAsync("id", "go", 5);
        await _client.TerminateWorkflowAsync("id", "why");
        await _client.SuspendWorkflowAsync("id", "pause");
        await _client.ResumeWorkflowAsync("id");
        (await _client.PurgeInstanceAsync("id")).Should().BeTrue();
        var rerun = new RerunWorkflowFromEventOptions { NewInstanceId = "new", Input = 6, OverwriteInput = true };
        (await _client.RerunWorkflowFromEventAsync("id", 4, rerun)).Should().Be("new");
        (await _client.ListInstanceIdsAsync("a", 2)).Should().BeEquivalentTo(new WorkflowInstancePage(["a", "b"], "b"));
        (await _client.GetInstanceHistoryAsync("id")).Single().Should().Be(new WorkflowHistoryEvent(4, WorkflowHistoryEventType.TimerCreated, DateTime.MinValue));

        Sent("RaiseEvent", RaiseEventRequest.Parser).Should().BeEquivalentTo(new { InstanceId = "id", Name = "go", Input = "5" });
        Sent("TerminateInstance", TerminateRequest.Parser).Should().BeEquivalentTo(new { InstanceId = "id", Output = "\"why\"", Recursive = true });
        Sent("SuspendInstance", SuspendRequest.Parser).Should().BeEquivalentTo(new { InstanceId = "id", Reason = "pause" });
        Sent("ResumeInstance", ResumeRequest.Parser).Should().BeEquivalentTo(new { InstanceId = "id", Reason = "" });
        Sent("PurgeInstances", PurgeInstancesRequest.Parser).Should().BeEquivalentTo(new { InstanceId = "id", Recursive = true });
        Sent("RerunWorkflowFromEvent", RerunWorkflowFromEventRequest.Parser).Should().BeEquivalentTo(new { SourceInstanceID = "id", EventID = 4u, NewInstanceID = "new", Input = "6", OverwriteInput = true });
        Sent("ListInstanceIDs", ListInstanceIDsRequest.Parser).Should().BeEquivalentTo(new { ContinuationToken = "a", PageSize = 2u });
    }

    [Fact]
    public async Task Arguments_that_make_no_sense_are_refused_before_anything_is_sent()
    {
        await _client.Awaiting(client => client.ScheduleNewWorkflowAsync("")).Should().ThrowAsync<ArgumentException>();
        await _client.Awaiting(client => client.GetWorkflowStateAsync("")).Should().ThrowAsync<ArgumentException>();
        await _client.Awaiting(client => client.RaiseEventAsync("id", "")).Should().ThrowAsync<ArgumentException>();
        await _client.Awaiting(client => client.ListInstanceIdsAsync(pageSize: 0)).Should().ThrowAsync<ArgumentOutOfRangeException>();
        await _client.Awaiting(client => client.RerunWorkflowFromEventAsync("id", 1, new RerunWorkflowFromEventOptions { Input = 1 })).Should().ThrowAsync<ArgumentException>();
        new DaprWorkflowClientBuilder().UseGrpcEndpoint("ftp://x").Invoking(builder => builder.Build()).Should().Throw<InvalidOperationException>();

        _hub.Calls.Should().BeEmpty();
    }

    private T Sent<T>(string method, Google.Protobuf.MessageParser<T> parser)
        where T : Google.Protobuf.IMessage<T> => _hub.CallsOf(method).Single().Message(parser);
}
