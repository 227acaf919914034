using Google.Protobuf;
using StocksDapr.Protocol.TaskHub;
using StocksDapr.Sidecar.Workflows.Storage;

namespace StocksDapr.Sidecar.Workflows.Instances;

/// <summary>A turn that wants to create an instance whose id is in use: for each such id it is settled what is to happen, then the turn is stored.</summary>
internal sealed partial class InstanceTable
{
    /// <summary>daprd's name for the failure of a child whose id is in use.</summary>
    private const string IdInUse = "WorkflowInstanceAlreadyExists";

    private async Task SettleAsync(ActiveInstance instance, TurnWork work, TurnOutcome outcome)
    {
        try
        {
            foreach (var row in work.Creations.Where(row => !row.Created).ToList()) await SettleAsync(instance, work, row, outcome);
            _committer.Add(work);
        }
        catch (StoreUnavailableException)
        {
            await Task.Delay(RetryPause, _time, _stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_stopping.IsCancellationRequested) work.Fail(new OperationCanceledException());
            else _committer.Add(work);
        }
        catch (OperationCanceledException stopped)
        {
            work.Fail(stopped);
        }
    }

    private async Task SettleAsync(ActiveInstance instance, TurnWork work, NewRow row, TurnOutcome outcome)
    {
        // An instance of another app cannot be looked into from here: its id is as good as taken.
        var existing = row.AppId.Length == 0 ? await _store.ReadAsync(row.Id, _stopping) : null;
        if (row.AppId.Length == 0 && existing is null) return;

        var creation = outcome.Creations.Find(wanted => wanted.InstanceId == row.Id)!;
        if (existing is { IsOver: true } && await new ChildTree(_store).FindRunningAsync(row.Id, _stopping) is null)
        {
            row.Replaces = true;
            return;
        }

        work.Creations.Remove(row);
        if (creation.TaskId is not { } task || IsSameChild(existing, creation)) return;
        var failed = new HistoryEvent
        {
            EventId = -1,
            Timestamp = Now(),
            ChildWorkflowInstanceFailed = new ChildWorkflowInstanceFailedEvent
            {
                TaskScheduledId = task,
                FailureDetails = new TaskFailureDetails { ErrorType = IdInUse, ErrorMessage = $"an active workflow with ID '{row.Id}' already exists" },
            },
        };
        work.Mails.Add(new NewMail { Id = instance.Id, Event = failed.ToByteString() });
    }

    /// <summary>The child that the turn wants is there already, made by this same step of this same parent.</summary>
    private static bool IsSameChild(InstanceSnapshot? existing, NewInstance creation)
    {
        var parent = creation.Start.ExecutionStarted.ParentInstance;
        return existing?.Parent is { } known && parent is not null
            && known.WorkflowInstance?.InstanceId == parent.WorkflowInstance.InstanceId && known.TaskScheduledId == parent.TaskScheduledId
            && known.WorkflowInstance.ExecutionId == parent.WorkflowInstance.ExecutionId;
    }
}
