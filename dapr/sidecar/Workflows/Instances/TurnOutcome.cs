using StocksDapr.Protocol.TaskHub;

namespace StocksDapr.Sidecar.Workflows.Instances;

/// <summary>What a turn comes to: events for the history, and what is to be done once they are stored.</summary>
internal sealed class TurnOutcome
{
    /// <summary>All events that the turn adds, the ones that it was begun with included.</summary>
    public List<HistoryEvent> Events { get; init; } = [];

    /// <summary>The custom status from now on; null = none.</summary>
    public string? CustomStatus { get; init; }

    /// <summary>The history before is gone: the workflow has started over.</summary>
    public bool StartedOver { get; init; }

    /// <summary>Instances to create: children and detached workflows.</summary>
    public List<NewInstance> Creations { get; } = [];

    /// <summary>Events for other instances.</summary>
    public List<OutgoingEvent> Messages { get; } = [];

    /// <summary>Events that the next turn begins with: what a workflow has carried over when its turn was cut off after <see cref="Turn.MaxGenerations"/>.</summary>
    public List<HistoryEvent> CarriedOver { get; init; } = [];

    /// <summary>The turn did not come to its end: the next one begins at once, whether anything happens or not.</summary>
    public bool GoesOn { get; init; }

    /// <summary>The inbox is not consumed: the instance is held until somebody mends what is wrong.</summary>
    public bool Stalls { get; init; }
}

/// <summary>An instance that a turn creates.</summary>
/// <param name="AppId">The app that it runs in; empty = this one.</param>
/// <param name="Start">Its first event, <c>executionStarted</c>.</param>
/// <param name="TaskId">The action of the parent that wants its result; null = nobody does.</param>
internal sealed record NewInstance(string AppId, HistoryEvent Start, int? TaskId)
{
    public string InstanceId => Start.ExecutionStarted.WorkflowInstance.InstanceId;
}

/// <summary>An event for another instance.</summary>
/// <param name="AppId">Its app; empty = this one.</param>
/// <param name="InstanceId">Its id.</param>
/// <param name="ExecutionId">The execution that it is meant for; empty for any.</param>
/// <param name="Event">What happened.</param>
internal sealed record OutgoingEvent(string AppId, string InstanceId, string ExecutionId, HistoryEvent Event);

/// <summary>A worker's answer that cannot be followed.</summary>
/// <param name="message">What is wrong with it.</param>
/// <param name="retry">Whether the worker is asked again on its own accord: daprd gives some turns up until something else happens.</param>
internal sealed class TurnRefusedException(string message, bool retry) : Exception(message)
{
    public bool Retry { get; } = retry;
}
