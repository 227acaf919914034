using StocksDapr.Protocol.TaskHub;

namespace Dapr.Workflow.Worker.Replay;

/// <summary>Something that a workflow does to the world. Steps are numbered from 0 in the order in which the code makes them; the history knows them by that number.</summary>
internal abstract class Step(StepKind kind, string name)
{
    public StepKind Kind => kind;

    /// <summary>Of the activity, the child workflow or the event; empty for what has no name.</summary>
    public string Name => name;

    public int Id { get; set; }

    /// <summary>Whether the history has it.</summary>
    public bool IsConfirmed { get; set; }

    /// <summary>Whether nothing is to be waited for any more.</summary>
    public bool IsSettled { get; protected set; }

    /// <summary>Where in the workflow's code it was made; known only when something is wrong with it.</summary>
    public string? Origin { get; set; }

    /// <summary>What is sent to the engine; made at once, since the code may change its objects afterwards, but only if the history does not have the step already.</summary>
    public WorkflowAction? Action { get; set; }

    /// <summary>Takes the event that ends the step.</summary>
    /// <returns>False when it is not one that can end a step of this kind.</returns>
    public abstract bool TrySettle(HistoryEvent ended);

    public abstract WorkflowAction ToAction();

    public override string ToString() => Describe(kind, name);

    public static string Describe(StepKind kind, string name)
    {
        var what = kind switch
        {
            StepKind.Activity => "activity",
            StepKind.ChildWorkflow => "child workflow",
            StepKind.SentEvent => "an event sent",
            StepKind.ContinueAsNew => "continue-as-new",
            _ => "timer",
        };
        return name.Length == 0 ? what : $"{what} '{name}'";
    }

    /// <summary>The same for an event of the history that tells of a step.</summary>
    public static (StepKind Kind, string Name)? Of(HistoryEvent entry) => entry.EventTypeCase switch
    {
        HistoryEvent.EventTypeOneofCase.TaskScheduled => (StepKind.Activity, entry.TaskScheduled.Name),
        HistoryEvent.EventTypeOneofCase.TimerCreated => (StepKind.Timer, string.Empty),
        HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCreated => (StepKind.ChildWorkflow, entry.ChildWorkflowInstanceCreated.Name),
        HistoryEvent.EventTypeOneofCase.EventSent => (StepKind.SentEvent, entry.EventSent.Name),
        _ => null,
    };
}
