namespace Dapr.Workflow.Worker.Replay;

/// <summary>
/// The one logical thread that a workflow's code runs on: continuations queue up here and are run, one after the other, by the thread that replays the turn.
/// What comes from another thread, or after the turn, has not come from a workflow's task; it is not run, but told.
/// </summary>
internal sealed class TurnThread : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _continuations = new();
    private readonly int _owner = Environment.CurrentManagedThreadId;
    private SynchronizationContext? _before;
    private volatile bool _ended;

    /// <summary>Called, on any thread, when code of the workflow wants to go on outside of its turn.</summary>
    public Action? CameFromOutside { get; set; }

    /// <summary>Whether the calling code is the workflow's, in its turn.</summary>
    public bool IsCurrent => !_ended && Environment.CurrentManagedThreadId == _owner;

    /// <summary>Whether the turn is over.</summary>
    public bool HasEnded => _ended;

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (IsCurrent)
            _continuations.Enqueue((d, state));
        else
            CameFromOutside?.Invoke();
    }

    public override void Send(SendOrPostCallback d, object? state)
    {
        if (IsCurrent)
            d(state);
        else
            CameFromOutside?.Invoke();
    }

    public override SynchronizationContext CreateCopy() => this;

    public void Begin()
    {
        _before = Current;
        SetSynchronizationContext(this);
    }

    public void End()
    {
        _ended = true;
        SetSynchronizationContext(_before);
    }

    /// <summary>
    /// To be called before a workflow's task is completed: without a synchronization context, code that awaits with <c>ConfigureAwait(false)</c> goes on right there
    /// instead of on another thread. All other code goes on in <see cref="Drain"/>.
    /// </summary>
    /// <returns>For <see cref="Attach"/>, once the task is completed.</returns>
    public static SynchronizationContext? Detach()
    {
        var current = Current;
        SetSynchronizationContext(null);
        return current;
    }

    public static void Attach(SynchronizationContext? detached) => SetSynchronizationContext(detached);

    /// <summary>Runs the workflow's code until it waits everywhere.</summary>
    public void Drain()
    {
        while (_continuations.TryDequeue(out var next))
            next.Callback(next.State);
    }
}
