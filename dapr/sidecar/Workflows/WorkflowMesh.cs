using System.Collections.Concurrent;
using StocksDapr.Sidecar.Workflows.Dispatch;
using StocksDapr.Sidecar.Workflows.Storage;

namespace StocksDapr.Sidecar.Workflows;

/// <summary>The workflow engines of one run, by app.</summary>
internal sealed class WorkflowMesh
{
    private readonly ConcurrentDictionary<string, WorkflowEngine> _engines = new(StringComparer.Ordinal);

    public WorkflowEngine? Find(string appId) => _engines.GetValueOrDefault(appId);

    public void Join(string appId, WorkflowEngine engine) => _engines[appId] = engine;

    public void Leave(string appId, WorkflowEngine? engine)
    {
        if (engine is not null) _engines.TryRemove(KeyValuePair.Create(appId, engine));
    }
}

/// <summary>The way to other apps of the run. What is for an app that is not there yet waits for it, as daprd's does.</summary>
internal sealed class OtherApps(WorkflowMesh mesh, TimeProvider time, ILogger log, CancellationToken stopping) : IOtherApps
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>The engine that sends; set before it starts.</summary>
    public WorkflowEngine? Sender { get; set; }

    public void Dispatch(string appId, PendingActivity activity) => _ = WithAsync(appId, activity.InstanceId, () => activity.IsOver, engine =>
    {
        engine.Guests[(activity.InstanceId, activity.TaskId)] = Sender!;
        engine.Queue.Add(activity);
        return Task.CompletedTask;
    });

    public void Create(string appId, NewRow row) => _ = WithAsync(appId, row.Id, () => false, engine => engine.AcceptAsync(row));

    public void Deliver(string appId, NewMail mail) => _ = WithAsync(appId, mail.Id, () => false, engine => engine.AcceptAsync(mail));

    private async Task WithAsync(string appId, string instance, Func<bool> isOver, Func<WorkflowEngine, Task> act)
    {
        var said = false;
        while (!isOver() && !stopping.IsCancellationRequested)
        {
            if (mesh.Find(appId) is { } engine)
            {
                try
                {
                    await act(engine);
                    return;
                }
                catch (OperationCanceledException)
                {
                    // That engine stops: another will come.
                }
            }

            if (!said) log.AppNotServed(appId, instance);
            said = true;
            await Task.Delay(Pause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
