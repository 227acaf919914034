using Dapr.Workflow;
using Microsoft.Extensions.Logging.Abstractions;
using StocksDapr.Collector.Publishing;
using StocksDapr.Collector.Runs;
using StocksDapr.Collector.Tests.Collection;
using StocksDapr.Contracts.Messages;
using StocksDapr.Support;

namespace StocksDapr.Collector.Tests.Runs;

public sealed class RunWatchTests : IDisposable
{
    private readonly FakeStore _store = new();
    private readonly FakeWorkflows _workflows = new();
    private readonly ManualTimeProvider _time = new(RunHouse.Noon);
    private readonly CollectorMetrics _metrics = new();
    private readonly RunWatch _watch;

    public RunWatchTests() => _watch = new RunWatch(
        _workflows, _workflows, new RunAnnouncer(new BarPublisher(_store, _time, _metrics, NullLogger<BarPublisher>.Instance)), _time, NullLogger<RunWatch>.Instance);

    public void Dispose()
    {
        _watch.Dispose();
        _metrics.Dispose();
    }

    [Theory]
    [InlineData(WorkflowRuntimeStatus.Terminated, RunOutcome.Cancelled)]
    [InlineData(WorkflowRuntimeStatus.Failed, RunOutcome.Failed)]
    [InlineData(WorkflowRuntimeStatus.Completed, RunOutcome.Completed)]
    [InlineData(null, RunOutcome.Failed)]
    public async Task Run_whose_workflow_has_ended_without_a_word_gets_an_end(WorkflowRuntimeStatus? status, RunOutcome outcome)
    {
        _workflows.Open.Add(new OpenRun("r1", RunHouse.Noon, IsPaused: false));
        if (status is { } known)
            _workflows.Become("r1", known, failure: "Boom.");
        await _watch.LookAsync(default);
        _store.Events.Should().BeEmpty("its last word may be on its way");

        _time.Advance(TimeSpan.FromMinutes(1));
        await _watch.LookAsync(default);

        var ended = _store.Events.Should().ContainSingle().Which.Should().BeOfType<RunEnded>().Subject;
        (ended.RunId, ended.Outcome, ended.Observed).Should().Be(("r1", outcome, true));
        if (status == WorkflowRuntimeStatus.Failed)
            ended.Detail.Should().Be("Boom.");
    }

    [Fact]
    public async Task Run_that_goes_on_is_left_alone_and_one_that_was_paused_is_said_to_be()
    {
        _workflows.Open.Add(new OpenRun("r1", RunHouse.Noon, IsPaused: false));
        _workflows.Open.Add(new OpenRun("r2", RunHouse.Noon, IsPaused: false));
        _workflows.Open.Add(new OpenRun("r3", RunHouse.Noon, IsPaused: true));
        _workflows.Become("r1", WorkflowRuntimeStatus.Running);
        _workflows.Become("r2", WorkflowRuntimeStatus.Suspended);
        _workflows.Become("r3", WorkflowRuntimeStatus.Running);
        _time.Advance(TimeSpan.FromMinutes(1));

        await _watch.LookAsync(default);

        _store.Events.Should().Equal(
            new RunStateChanged("r2", RunState.Paused, _time.GetUtcNow()), new RunStateChanged("r3", RunState.Running, _time.GetUtcNow()));
    }

    [Fact]
    public async Task Look_that_fails_is_made_again()
    {
        _workflows.Open.Add(new OpenRun("r1", RunHouse.Noon, IsPaused: false));
        _workflows.IsDown = true;
        await _watch.StartAsync(default);
        await Eventually.BeTrueAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(30));
            return _workflows.Asked > 1;
        });
        _workflows.IsDown = false;

        await Eventually.BeTrueAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(30));
            return _store.Events.Count > 0;
        });
        await _watch.StopAsync(default);
    }
}
