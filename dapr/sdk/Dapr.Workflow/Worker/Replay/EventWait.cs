using Dapr.Common.Serialization;

namespace Dapr.Workflow.Worker.Replay;

/// <summary>A workflow's wait for one event.</summary>
internal abstract class EventWait
{
    public abstract bool IsOpen { get; }

    /// <summary>A timer that has no one to wake any more when the event has come.</summary>
    public TimerStep? Timer { get; set; }

    public abstract void Deliver(string? data);

    public abstract void Cancel(CancellationToken cancellationToken);
}

/// <inheritdoc/>
/// <typeparam name="T">What the event's data is read as.</typeparam>
internal sealed class EventWait<T>(IDaprSerializer serializer) : EventWait
{
    private readonly TaskCompletionSource<T> _received = new();

    public Task<T> Received => _received.Task;

    public override bool IsOpen => !_received.Task.IsCompleted;

    public override void Deliver(string? data)
    {
        Timer?.Cancel();
        T? value;
        try
        {
            value = Payload.Read<T>(serializer, data);
        }
        catch (Exception unreadable)
        {
            // The serializer is the application's: its code learns of the mismatch where it awaits.
            _received.TrySetException(unreadable);
            return;
        }

        _received.TrySetResult(value!);
    }

    public override void Cancel(CancellationToken cancellationToken) => _received.TrySetCanceled(cancellationToken);
}
