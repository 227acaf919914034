using System.Collections.Concurrent;
using Dapr.Workflow;
using Dapr.Workflow.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Support;

namespace StocksDapr.Sdk.Workflow;

/// <summary>Worker and client against the development sidecar's engine, over real ports.</summary>
public sealed class EngineTests : IAsyncLifetime
{
    private readonly DirectoryInfo _resources = Directory.CreateTempSubdirectory("sdk-workflows-");
    private readonly ConcurrentDictionary<string, int> _attempts = new();
    private VirtualSidecar _sidecar = null!;
    private IHost _host = null!;

    private DaprWorkflowClient Client => _host.Services.GetRequiredService<DaprWorkflowClient>();

    public async Task InitializeAsync()
    {
        await File.WriteAllTextAsync(
            Path.Combine(_resources.FullName, "store.yaml"),
            """
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata:
              name: store
            spec:
              type: state.in-memory
              version: v1
              metadata:
              - name: actorStateStore
                value: "true"
            """);
        _sidecar = new VirtualSidecar(new SidecarOptions { AppId = "flows", GrpcPort = 0, ResourcesPaths = [_resources.FullName] }, new SidecarMesh(), NullLoggerFactory.Instance);
        await _sidecar.StartAsync(CancellationToken.None);
        _host = await HostAsync();
    }

    public async Task DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        await _sidecar.DisposeAsync();
        _resources.Delete(recursive: true);
    }

    [Fact]
    public async Task An_order_with_everything_that_workflows_have()
    {
        var id = await Client.ScheduleNewWorkflowAsync("Order", "order-1", new[] { 1, 2, 3 });
        (await Client.WaitForWorkflowStartAsync(id)).IsWorkflowRunning.Should().BeTrue();
        await Eventually.BeTrueAsync(async () => (await Client.GetWorkflowStateAsync(id)).ReadCustomStatusAs<string>() == "awaiting approval");

        await Client.RaiseEventAsync(id, "APPROVAL", "granted");
        var state = await Client.WaitForWorkflowCompletionAsync(id);

        state.FailureDetails.Should().BeNull();
        state.RuntimeStatus.Should().Be(WorkflowRuntimeStatus.Completed);
        state.ReadOutputAs<string>().Should().Be("granted: 2,4,6 and 12");
        state.ReadInputAs<int[]>().Should().Equal(1, 2, 3);
        _attempts["Flaky"].Should().Be(3);
        (await Client.GetInstanceHistoryAsync(id))[^1].EventType.Should().Be(WorkflowHistoryEventType.ExecutionCompleted);
        (await Client.ListInstanceIdsAsync()).InstanceIds.Should().Contain(id);
        (await Client.PurgeInstanceAsync(id)).Should().BeTrue();
        (await Client.GetWorkflowStateAsync(id)).Exists.Should().BeFalse();
    }

    [Fact]
    public async Task Instances_are_suspended_resumed_and_terminated()
    {
        var id = await Client.ScheduleNewWorkflowAsync("Wait");
        await Client.SuspendWorkflowAsync(id, "pause");
        (await Client.GetWorkflowStateAsync(id)).RuntimeStatus.Should().Be(WorkflowRuntimeStatus.Suspended);
        await Client.RaiseEventAsync(id, "go", 1);
        await Client.ResumeWorkflowAsync(id);
        (await Client.WaitForWorkflowCompletionAsync(id)).ReadOutputAs<int>().Should().Be(1);

        var other = await Client.ScheduleNewWorkflowAsync("Wait");
        await Client.TerminateWorkflowAsync(other, "enough");
        var ended = await Client.GetWorkflowStateAsync(other);
        ended.RuntimeStatus.Should().Be(WorkflowRuntimeStatus.Terminated);
        ended.ReadOutputAs<string>().Should().Be("enough");
    }

    [Fact]
    public async Task An_instance_in_use_is_not_started_twice_and_one_for_later_waits()
    {
        await Client.ScheduleNewWorkflowAsync("Wait", "twice");
        (await Client.Awaiting(client => client.ScheduleNewWorkflowAsync("Wait", "twice")).Should().ThrowAsync<WorkflowRpcException>()).Which.StatusCode.Should().Be(6);

        await Client.ScheduleNewWorkflowAsync("Wait", "later", null, TimeProvider.System.GetUtcNow().AddHours(1));
        (await Client.GetWorkflowStateAsync("later")).RuntimeStatus.Should().Be(WorkflowRuntimeStatus.Pending);
    }

    [Fact]
    public async Task Loops_continue_as_new_with_their_events_and_their_own_ids()
    {
        var id = await Client.ScheduleNewWorkflowAsync("Loop", "loop", 0);
        for (var i = 1; i <= 5; i++)
            await Client.RaiseEventAsync(id, "add", i);

        (await Client.WaitForWorkflowCompletionAsync(id)).ReadOutputAs<int>().Should().Be(15);
    }

    [Fact]
    public async Task Code_that_breaks_the_rules_fails_where_everybody_can_read_it()
    {
        var id = await Client.ScheduleNewWorkflowAsync("Delays");

        var state = await Client.WaitForWorkflowCompletionAsync(id);

        state.RuntimeStatus.Should().Be(WorkflowRuntimeStatus.Failed);
        state.FailureDetails!.ErrorMessage.Should().Contain("Task.Delay");
    }

    [Fact]
    public async Task What_a_stopped_worker_left_another_one_finishes()
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Client.ScheduleNewWorkflowAsync("Order", $"left-{i}", new[] { i })));
        await _host.StopAsync();
        _host.Dispose();
        _host = await HostAsync();
        foreach (var id in ids)
            await Client.RaiseEventAsync(id, "approval", "late");

        foreach (var id in ids)
            (await Client.WaitForWorkflowCompletionAsync(id)).RuntimeStatus.Should().Be(WorkflowRuntimeStatus.Completed);
    }

    private async Task<IHost> HostAsync()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection([new("DAPR_GRPC_ENDPOINT", $"http://127.0.0.1:{_sidecar.GrpcPort}")]);
        builder.Logging.ClearProviders();
        builder.Services.AddDaprWorkflow(options =>
        {
            options.RegisterWorkflow<int[], string>("Order", OrderAsync);
            options.RegisterWorkflow<int, int>("Sum", (context, input) => context.CallActivityAsync<int>("Double", input));
            options.RegisterWorkflow<object?, int>("Wait", (context, _) => context.WaitForExternalEventAsync<int>("go"));
            options.RegisterWorkflow<int, int>("Loop", async (context, sum) =>
            {
                var next = await context.WaitForExternalEventAsync<int>("add");
                if (next < 5)
                    context.ContinueAsNew(sum + next);
                return sum + next;
            });
            options.RegisterWorkflow<object?, int>("Delays", async (_, _) =>
            {
                await Task.Delay(TimeSpan.FromHours(1));
                return 0;
            });
            options.RegisterActivity<int, int>("Double", (_, input) => Task.FromResult(2 * input));
            options.RegisterActivity<int, int>("Flaky", (_, input) =>
                _attempts.AddOrUpdate("Flaky", 1, (_, count) => count + 1) < 3 ? throw new IOException("not yet") : Task.FromResult(input));
        });
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private static async Task<string> OrderAsync(WorkflowContext context, int[] input)
    {
        var doubled = await context.ProcessInParallelAsync(input, item => context.CallActivityAsync<int>("Double", item), 2);
        var sum = await context.CallChildWorkflowAsync<int>("Sum", input.Sum());
        sum = await context.CallActivityAsync<int>("Flaky", sum, new WorkflowTaskOptions(new WorkflowRetryPolicy(5, TimeSpan.FromMilliseconds(10))));
        await context.CreateTimer(TimeSpan.FromMilliseconds(50));
        context.SetCustomStatus("awaiting approval");
        var approval = await context.WaitForExternalEventAsync<string>("approval", TimeSpan.FromMinutes(5));
        return $"{approval}: {string.Join(',', doubled)} and {sum}";
    }
}
