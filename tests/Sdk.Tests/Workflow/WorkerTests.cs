using System.Collections.Concurrent;
using Dapr.Workflow;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StocksDapr.Protocol.Grpc;
using StocksDapr.Protocol.TaskHub;
using StocksDapr.Support;

namespace StocksDapr.Sdk.Workflow;

/// <summary>The worker's connection: what it does with work, and with connections that break.</summary>
public sealed class WorkerTests : IAsyncLifetime
{
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<string> _ran = new();
    private ScriptedHub _hub = null!;

    public async Task InitializeAsync()
    {
        _hub = await ScriptedHub.StartAsync();
        _hub.On("CompleteOrchestratorTask", new CompleteTaskResponse());
        _hub.On("CompleteActivityTask", new CompleteTaskResponse());
    }

    public async Task DisposeAsync() => await _hub.DisposeAsync();

    [Fact]
    public async Task Turns_and_activities_are_done_and_handed_in_with_their_tokens()
    {
        _hub.GiveOut(Turn("one", "t1"), Activity("add", 3, "20", "a1"), Activity("Fail", 4, "1", "a2"), Activity("Unknown", 5, "1", "a3"), new WorkItem());
        using var host = await HostAsync();

        await Eventually.BeTrueAsync(() => _hub.CallsOf("CompleteActivityTask").Count() == 3 && _hub.CallsOf("CompleteOrchestratorTask").Any());

        var turn = Turns().Single();
        (turn.InstanceId, turn.CompletionToken, turn.Actions.Single().ScheduleTask.Name).Should().Be(("one", "t1", "Add"));
        var activities = Activities().ToDictionary(answer => answer.TaskId);
        (activities[3].InstanceId, activities[3].Result, activities[3].CompletionToken).Should().Be(("i", "21", "a1"));
        activities[3].FailureDetails.Should().BeNull();
        activities[4].FailureDetails.Should().BeEquivalentTo(new { ErrorType = "System.InvalidOperationException", ErrorMessage = "i/4/Fail" }, options => options.ExcludingMissingMembers());
        activities[5].FailureDetails.ErrorType.Should().Be("ActivityNotFoundException");
    }

    [Fact]
    public async Task Work_items_have_services_of_their_own_scope()
    {
        _hub.GiveOut(Activity("Scoped", 1, "", ""), Activity("Scoped", 2, "", ""), Activity("Homeless", 3, "", ""));
        using var host = await HostAsync();

        await Eventually.BeTrueAsync(() => _hub.CallsOf("CompleteActivityTask").Count() == 3);

        var answers = Activities().ToDictionary(answer => answer.TaskId);
        answers[1].Result.Should().NotBe(answers[2].Result);
        answers[3].FailureDetails.ErrorMessage.Should().StartWith("Activity 'Homeless' failed to activate: ");
        _ran.Count(entry => entry == "disposed").Should().Be(2);
    }

    [Fact]
    public async Task A_stream_that_ends_or_breaks_is_opened_again()
    {
        var streams = 0;
        _hub.On("GetWorkItems", call =>
        {
            switch (Interlocked.Increment(ref streams))
            {
                case 1:
                    call.End();
                    return Task.CompletedTask;
                case 2:
                    return call.FailAsync(GrpcStatusCode.Unavailable, "shutting down");
                case 3:
                    call.Abort();
                    return Task.CompletedTask;
                case 4:
                    return call.SetHttpStatusAsync(500);
                default:
                    return call.StayAsync();
            }
        });

        using var host = await HostAsync();

        await Eventually.BeTrueAsync(() => Volatile.Read(ref streams) == 5);
    }

    [Fact]
    public async Task A_sidecar_that_comes_late_or_again_is_found()
    {
        var port = _hub.Port;
        await _hub.DisposeAsync();
        using var host = await HostAsync(port);

        for (var i = 0; i < 2; i++)
        {
            await using var hub = await ScriptedHub.StartAsync(port);
            hub.GiveOut(Turn("again", ""));
            hub.On("CompleteOrchestratorTask", new CompleteTaskResponse());
            await Eventually.BeTrueAsync(() => hub.CallsOf("CompleteOrchestratorTask").Any());
        }
    }

    [Fact]
    public async Task A_result_is_handed_in_again_while_the_call_fails_and_dropped_when_it_is_refused()
    {
        var attempts = 0;
        _hub.On("CompleteActivityTask", call => Interlocked.Increment(ref attempts) < 3
            ? call.FailAsync(GrpcStatusCode.Unavailable, "busy")
            : call.FailAsync(GrpcStatusCode.Unknown, "no such instance exists"));
        _hub.GiveOut(Activity("Add", 1, "1", ""), Turn("next", ""));
        using var host = await HostAsync();

        await Eventually.BeTrueAsync(() => Volatile.Read(ref attempts) == 3 && Turns().Any());
        await host.StopAsync();

        Volatile.Read(ref attempts).Should().Be(3);
    }

    [Fact]
    public async Task A_result_of_a_stream_that_is_gone_is_not_handed_in()
    {
        var first = new TaskCompletionSource<ScriptedCall>();
        var streams = 0;
        _hub.On("GetWorkItems", async call =>
        {
            if (Interlocked.Increment(ref streams) > 1)
            {
                await call.StayAsync();
                return;
            }

            await call.WriteAsync(Activity("Gate", 1, "", "stale"));
            first.SetResult(call);
            await call.StayAsync();
        });
        using var host = await HostAsync();
        await Eventually.BeTrueAsync(() => _ran.Contains("Gate"));

        (await first.Task).Abort();
        await Eventually.BeTrueAsync(() => Volatile.Read(ref streams) == 2);
        _gate.SetResult();
        await host.StopAsync();

        _hub.CallsOf("CompleteActivityTask").Should().BeEmpty();
    }

    [Fact]
    public async Task A_worker_that_is_stopped_twice_has_stopped()
    {
        using var host = await HostAsync();
        foreach (var service in host.Services.GetServices<IHostedService>())
        {
            await service.StopAsync(CancellationToken.None);
            await service.StopAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        }
    }

    [Fact]
    public async Task A_result_that_is_too_big_becomes_a_failure_instead_of_silence()
    {
        _hub.GiveOut(Activity("Big", 1, "", ""));
        using var host = await HostAsync(configure: builder => builder.WithGrpcMessageSizeLimits(maxSendMessageSize: 10_000));

        await Eventually.BeTrueAsync(() => _hub.CallsOf("CompleteActivityTask").Any());

        Activities().Single().FailureDetails.ErrorType.Should().Be("ActivityResultTooLarge");
    }

    [Fact]
    public async Task Stopping_finishes_what_is_under_way_and_begins_nothing_new()
    {
        var more = new TaskCompletionSource();
        _hub.On("GetWorkItems", async call =>
        {
            await call.WriteAsync(Activity("Gate", 1, "", ""));
            await more.Task;
            await call.WriteAsync(Activity("Add", 2, "1", ""));
            await call.StayAsync();
        });
        using var host = await HostAsync();
        await Eventually.BeTrueAsync(() => _ran.Contains("Gate"));

        var stop = host.StopAsync();
        more.SetResult();
        stop.IsCompleted.Should().BeFalse();
        _gate.SetResult();
        await stop;

        Activities().Should().ContainSingle(answer => answer.TaskId == 1);
    }

    [Fact]
    public async Task No_more_than_a_hundred_activities_run_at_once_and_turns_do_not_wait_for_them()
    {
        _hub.GiveOut([.. Enumerable.Range(0, 150).Select(i => Activity("Gate", i, "", "")), Turn("free", "")]);
        using var host = await HostAsync();

        await Eventually.BeTrueAsync(() => _ran.Count(entry => entry == "Gate") == 100 && Turns().Any());
        _gate.SetResult();
        await Eventually.BeTrueAsync(() => Activities().Count() == 150);
    }

    [Fact]
    public async Task An_activity_goes_on_with_the_trace_of_who_started_the_instance()
    {
        const string parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        var item = Activity("Trace", 1, "", "");
        item.ActivityRequest.ParentTraceContext = new TraceContext { TraceParent = parent };
        _hub.GiveOut(item);
        using var host = await HostAsync();

        await Eventually.BeTrueAsync(() => Activities().Any());

        Activities().Single().Result.Should().Contain("0af7651916cd43dd8448eb211c80319c");
    }

    [Fact]
    public async Task A_history_that_is_sent_apart_is_fetched()
    {
        var item = Turn("long", "");
        var events = item.WorkflowRequest.NewEvents.ToList();
        item.WorkflowRequest.NewEvents.Clear();
        item.WorkflowRequest.NewEvents.Add(new HistoryEvent { EventId = -1, WorkflowStarted = new WorkflowStartedEvent() });
        item.WorkflowRequest.NewEvents.Add(new HistoryEvent { EventId = -1, TaskCompleted = new TaskCompletedEvent { TaskScheduledId = 0, Result = "9" } });
        item.WorkflowRequest.RequiresHistoryStreaming = true;
        events.Add(new HistoryEvent { EventId = 0, TaskScheduled = new TaskScheduledEvent { Name = "Add" } });
        _hub.On("GetInstanceHistory", new GetInstanceHistoryResponse { Events = { events } });
        _hub.GiveOut(item);
        using var host = await HostAsync();

        await Eventually.BeTrueAsync(() => Turns().Any());

        Turns().Single().Actions.Single().CompleteWorkflow.Result.Should().Be("9");
    }

    [Fact]
    public void Registration_adds_worker_and_client_and_keeps_the_first_of_a_name()
    {
        var services = new ServiceCollection();
        services.AddDaprWorkflow(options => options.RegisterActivity<int, int>("Add", (_, value) => Task.FromResult(value)));
        services.AddDaprWorkflow();
        using var provider = services.BuildServiceProvider();

        provider.GetServices<IHostedService>().Should().ContainSingle();
        provider.GetRequiredService<IDaprWorkflowClient>().Should().BeSameAs(provider.GetRequiredService<DaprWorkflowClient>());
        services.Invoking(collection => collection.AddDaprWorkflow(_ => { }, (ServiceLifetime)9)).Should().Throw<ArgumentOutOfRangeException>();
    }

    private IEnumerable<ActivityResponse> Activities() => _hub.CallsOf("CompleteActivityTask").Select(call => call.Message(ActivityResponse.Parser));

    private IEnumerable<WorkflowResponse> Turns() => _hub.CallsOf("CompleteOrchestratorTask").Select(call => call.Message(WorkflowResponse.Parser));

    private async Task<IHost> HostAsync(int? port = null, Action<WorkflowServiceCollectionExtensions.DaprWorkflowBuilder>? configure = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection([new("DAPR_GRPC_ENDPOINT", $"http://127.0.0.1:{port ?? _hub.Port}")]);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(_ran);
        builder.Services.AddScoped<Scope>();
        configure?.Invoke(builder.Services.AddDaprWorkflowBuilder(null));
        builder.Services.AddDaprWorkflow(options =>
        {
            options.RegisterWorkflow<object?, int>("Code", async (context, _) => await context.CallActivityAsync<int>("Add", 1));
            options.RegisterActivity<int, int>("Add", (_, value) => Task.FromResult(value + 1));
            options.RegisterActivity<int, int>("ADD", (_, _) => throw new InvalidOperationException("the second registration"));
            options.RegisterActivity<int, int>("Fail", (context, _) => throw new InvalidOperationException($"{context.InstanceId}/{context.TaskExecutionKey}/{context.Identifier}"));
            options.RegisterActivity<object?, string>("Big", (_, _) => Task.FromResult(new string('x', 100_000)));
            options.RegisterActivity<object?, string?>("Trace", (_, _) => Task.FromResult(System.Diagnostics.Activity.Current?.Id));
            options.RegisterActivity<object?, int>("Gate", async (_, _) =>
            {
                _ran.Enqueue("Gate");
                await _gate.Task;
                return 0;
            });
            options.RegisterActivity<ScopedActivity>("Scoped");
            options.RegisterActivity<HomelessActivity>("Homeless");
        });
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private static WorkItem Turn(string instanceId, string token) => new()
    {
        CompletionToken = token,
        WorkflowRequest = new WorkflowRequest
        {
            InstanceId = instanceId,
            NewEvents =
            {
                new HistoryEvent { EventId = -1, WorkflowStarted = new WorkflowStartedEvent() },
                new HistoryEvent { EventId = -1, ExecutionStarted = new ExecutionStartedEvent { Name = "code" } },
            },
        },
    };

    private static WorkItem Activity(string name, int taskId, string input, string token) => new()
    {
        CompletionToken = token,
        ActivityRequest = new ActivityRequest { Name = name, TaskId = taskId, Input = input, WorkflowInstance = new WorkflowInstance { InstanceId = "i" } },
    };

    private sealed class Scope(ConcurrentQueue<string> ran) : IDisposable
    {
        public Guid Id { get; } = Guid.NewGuid();

        public void Dispose() => ran.Enqueue("disposed");
    }

    private sealed class ScopedActivity(Scope scope) : WorkflowActivity<string?, Guid>
    {
        public override Task<Guid> RunAsync(WorkflowActivityContext context, string? input) => Task.FromResult(scope.Id);
    }

    private sealed class HomelessActivity(IComparable nothing) : WorkflowActivity<string?, int>
    {
        public override Task<int> RunAsync(WorkflowActivityContext context, string? input) => Task.FromResult(nothing.CompareTo(null));
    }
}
