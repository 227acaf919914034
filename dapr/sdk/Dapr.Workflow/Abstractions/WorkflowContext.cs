using Microsoft.Extensions.Logging;

namespace Dapr.Workflow;

/// <summary>
/// A workflow's only way to the world outside: what it calls and awaits here is written to its history and comes back the same in every later run.
/// Its methods may be called from the workflow's own code only, never from a thread of its own.
/// </summary>
public abstract class WorkflowContext : IWorkflowContext
{
    /// <summary>The workflow's name.</summary>
    public abstract string Name { get; }

    /// <summary>The instance's id.</summary>
    public abstract string InstanceId { get; }

    /// <summary>The time at which the engine began the turn that is being run or replayed, in UTC: the same in every replay.</summary>
    public abstract DateTime CurrentUtcDateTime { get; }

    /// <summary>Whether what is being run has been run before. Use it to leave out side effects such as log lines, never to decide what to do.</summary>
    public abstract bool IsReplaying { get; }

    /// <summary>
    /// Lets changed code live beside instances that were begun with the old: true in instances that get here for the first time with the change in place, false in those that
    /// got past here before it. Answers the same for ever after in one instance.
    /// </summary>
    /// <param name="patchName">Names the change.</param>
    public abstract bool IsPatched(string patchName);

    /// <summary>Calls an activity that gives no result.</summary>
    /// <inheritdoc cref="CallActivityAsync{T}"/>
    public virtual Task CallActivityAsync(string name, object? input = null, WorkflowTaskOptions? options = null) =>
        CallActivityAsync<object>(name, input, options);

    /// <summary>Calls an activity.</summary>
    /// <typeparam name="T">What the result is read as.</typeparam>
    /// <param name="name">The name that it is registered with.</param>
    /// <param name="input">Its input, to be serialized; null for none.</param>
    /// <param name="options">Repetition, and which application runs it.</param>
    /// <exception cref="WorkflowTaskFailedException">The activity failed, in its last attempt if it is repeated.</exception>
    public abstract Task<T> CallActivityAsync<T>(string name, object? input = null, WorkflowTaskOptions? options = null);

    /// <summary>Waits. The timer survives restarts.</summary>
    /// <param name="delay">From <see cref="CurrentUtcDateTime"/> on; a time that is over fires at once.</param>
    /// <param name="cancellationToken">Ends the wait, not the timer.</param>
    public virtual Task CreateTimer(TimeSpan delay, CancellationToken cancellationToken = default) =>
        CreateTimer(CurrentUtcDateTime.Add(delay), cancellationToken);

    /// <summary>Waits. The timer survives restarts.</summary>
    /// <param name="fireAt">Until when, in UTC; a time that is over fires at once.</param>
    /// <param name="cancellationToken">Ends the wait, not the timer.</param>
    /// <exception cref="ArgumentException">The time is not in UTC.</exception>
    public abstract Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken);

    /// <summary>Waits for an event, or takes one that came before. Events of one name are given out in the order in which they came.</summary>
    /// <typeparam name="T">What the event's data is read as.</typeparam>
    /// <param name="eventName">Case does not matter.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public abstract Task<T> WaitForExternalEventAsync<T>(string eventName, CancellationToken cancellationToken = default);

    /// <summary>Waits for an event, but not longer than a time.</summary>
    /// <typeparam name="T">What the event's data is read as.</typeparam>
    /// <param name="eventName">Case does not matter.</param>
    /// <param name="timeout">Zero gives up at once; negative waits for ever.</param>
    /// <exception cref="TaskCanceledException">The event did not come in time.</exception>
    public virtual async Task<T> WaitForExternalEventAsync<T>(string eventName, TimeSpan timeout)
    {
        using var noTimer = new CancellationTokenSource();
        using var noEvent = new CancellationTokenSource();
        var timer = CreateTimer(timeout, noTimer.Token);
        var raised = WaitForExternalEventAsync<T>(eventName, noEvent.Token);
        var loser = await Task.WhenAny(timer, raised) == raised ? noTimer : noEvent;
        // Not CancelAsync: it would go on outside of the workflow's own thread.
#pragma warning disable CA1849
        loser.Cancel();
#pragma warning restore CA1849
        return await raised;
    }

    /// <summary>Sends an event to another instance. Dapr 1.18 does not deliver it; raise events from an activity instead.</summary>
    /// <param name="instanceId">To whom.</param>
    /// <param name="eventName">The event's name.</param>
    /// <param name="payload">Its data, to be serialized.</param>
    public abstract void SendEvent(string instanceId, string eventName, object payload);

    /// <summary>Sets what <see cref="WorkflowState.ReadCustomStatusAs{T}"/> shows.</summary>
    /// <param name="customStatus">To be serialized; null for nothing.</param>
    public abstract void SetCustomStatus(object? customStatus);

    /// <summary>Runs another workflow and waits for its result.</summary>
    /// <typeparam name="TResult">What the result is read as.</typeparam>
    /// <param name="workflowName">The name that it is registered with.</param>
    /// <param name="input">Its input, to be serialized; null for none.</param>
    /// <param name="options">Its id, repetition, and which application runs it.</param>
    /// <exception cref="WorkflowTaskFailedException">The child failed or was terminated, in its last attempt if it is repeated.</exception>
    public abstract Task<TResult> CallChildWorkflowAsync<TResult>(string workflowName, object? input = null, ChildWorkflowTaskOptions? options = null);

    /// <summary>Runs another workflow and waits until it has ended.</summary>
    /// <inheritdoc cref="CallChildWorkflowAsync{TResult}"/>
    public virtual Task CallChildWorkflowAsync(string workflowName, object? input = null, ChildWorkflowTaskOptions? options = null) =>
        CallChildWorkflowAsync<object>(workflowName, input, options);

    /// <summary>A logger that is silent during replay.</summary>
    public abstract ILogger CreateReplaySafeLogger(string categoryName);

    /// <inheritdoc cref="CreateReplaySafeLogger(string)"/>
    public abstract ILogger CreateReplaySafeLogger(Type type);

    /// <inheritdoc cref="CreateReplaySafeLogger(string)"/>
    public abstract ILogger CreateReplaySafeLogger<T>();

    /// <summary>Ends this run and begins a new one of the same instance, with a new input and an empty history. Return right after it.</summary>
    /// <param name="newInput">To be serialized; null for none.</param>
    /// <param name="preserveUnprocessedEvents">Whether events that nobody has waited for go along.</param>
    public abstract void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true);

    /// <summary>An id that is new, and the same in every replay.</summary>
    public abstract Guid NewGuid();

    /// <summary>What the caller passed on of its history; null if it passed nothing on.</summary>
    public abstract PropagatedHistory? GetPropagatedHistory();
}
