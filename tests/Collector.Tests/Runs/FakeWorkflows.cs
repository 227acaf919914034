using System.Collections.Concurrent;
using Dapr.Workflow;
using StocksDapr.Collector.Collection;
using StocksDapr.Collector.Runs;

namespace StocksDapr.Collector.Tests.Runs;

/// <summary>The task hub, and what Query knows of runs, for tests that decide both.</summary>
internal sealed class FakeWorkflows : IWorkflowRuns, IOpenRuns
{
    private readonly ConcurrentQueue<(string Workflow, string Id, object Input)> _scheduled = new();

    public ConcurrentDictionary<string, RunOfWorkflow> Workflows { get; } = new();

    /// <summary>What was scheduled, in its order.</summary>
    public IReadOnlyList<(string Workflow, string Id, object Input)> Scheduled => [.. _scheduled];

    /// <summary>What was asked of workflows, such as <c>suspend backfill-1</c>.</summary>
    public List<string> Orders { get; } = [];

    public List<OpenRun> Open { get; } = [];

    public Dictionary<string, string> States { get; } = [];

    public bool IsDown { get; set; }

    public bool QueryIsDown { get; set; }

    public int Asked { get; private set; }

    public IEnumerable<string> Ids => Scheduled.Select(run => run.Id);

    public Task<bool> EnsureAsync(string workflow, string id, object input, CancellationToken cancellationToken)
    {
        EnsureUp();
        if (Workflows.ContainsKey(id))
            return Task.FromResult(false);
        _scheduled.Enqueue((workflow, id, input));
        Become(id, WorkflowRuntimeStatus.Running);
        return Task.FromResult(true);
    }

    public Task<RunOfWorkflow?> FindAsync(string id, CancellationToken cancellationToken)
    {
        EnsureUp();
        return Task.FromResult(Workflows.GetValueOrDefault(id));
    }

    public Task SuspendAsync(string id, CancellationToken cancellationToken) => OrderAsync("suspend", id, WorkflowRuntimeStatus.Suspended);

    public Task ResumeAsync(string id, CancellationToken cancellationToken) => OrderAsync("resume", id, WorkflowRuntimeStatus.Running);

    public Task TerminateAsync(string id, CancellationToken cancellationToken) => OrderAsync("terminate", id, WorkflowRuntimeStatus.Terminated);

    public Task<IReadOnlyList<OpenRun>> GetAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<OpenRun>>([.. Open]);

    public Task<string?> FindStateAsync(string id, CancellationToken cancellationToken) =>
        QueryIsDown ? throw new StoredBarsUnknownException("Connection refused.") : Task.FromResult(States.GetValueOrDefault(id));

    public void Become(string id, WorkflowRuntimeStatus status, DateTimeOffset? changedAt = null, string? failure = null) =>
        Workflows[id] = new RunOfWorkflow(status, changedAt ?? RunHouse.Noon, failure);

    public void EndAll()
    {
        foreach (var id in Workflows.Keys.ToList())
            Become(id, WorkflowRuntimeStatus.Completed);
    }

    private Task OrderAsync(string order, string id, WorkflowRuntimeStatus status)
    {
        EnsureUp();
        Orders.Add($"{order} {id}");
        Become(id, status);
        return Task.CompletedTask;
    }

    private void EnsureUp()
    {
        Asked++;
        if (IsDown)
            throw new TaskHubException("Connection refused.");
    }
}
