namespace StocksDapr.Sidecar.Hosting.Reloading;

/// <summary>Components that were replaced or removed: closed a while later, since calls that had found them before may still use them.</summary>
internal sealed class RetiredComponents(SidecarContext sidecar) : IAsyncDisposable
{
    private readonly ILogger _log = sidecar.CreateLogger<RetiredComponents>();
    private readonly CancellationTokenSource _now = new();
    private readonly List<Task> _closing = [];

    public void Add(LoadedComponent component)
    {
        _closing.RemoveAll(task => task.IsCompleted);
        _closing.Add(CloseLaterAsync(component));
    }

    /// <summary>Closes all at once.</summary>
    public async ValueTask DisposeAsync()
    {
        await _now.CancelAsync();
        await Task.WhenAll(_closing);
        _now.Dispose();
    }

    private async Task CloseLaterAsync(LoadedComponent component)
    {
        await Task.Delay(sidecar.Options.GracefulShutdown, sidecar.Time, _now.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            await component.Instance.DisposeAsync();
        }
        catch (Exception failure)
        {
            // It is out of use; the sidecar goes on.
            _log.CloseFailed(failure, component.Resource.Name);
        }
    }
}
