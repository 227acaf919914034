namespace StocksDapr.Sidecar.Hosting;

/// <summary>How far the sidecar's start has come, as its health endpoints tell it.</summary>
internal sealed class SidecarHealth
{
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _outboundReady;

    /// <summary>Components are loaded and the API is served; the application may not be there yet.</summary>
    public bool OutboundReady => _outboundReady;

    /// <summary>The start is complete: the application's port accepts connections.</summary>
    public bool Ready => _ready.Task.IsCompleted;

    /// <summary>Completes with <see cref="Ready"/>.</summary>
    public Task WhenReady => _ready.Task;

    public void MarkOutboundReady() => _outboundReady = true;

    public void MarkReady() => _ready.TrySetResult();
}
