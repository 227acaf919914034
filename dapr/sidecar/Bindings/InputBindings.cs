using StocksDapr.Sidecar.Delivery;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.Resiliency;
using StocksDapr.Sidecar.Resources;

namespace StocksDapr.Sidecar.Bindings;

/// <summary>
/// Reads the input bindings of a sidecar while its application is there: asks the application whether it wants a binding's events (OPTIONS on the
/// binding's route), unless <c>direction</c> says that it does, and posts them.
/// </summary>
internal sealed class InputBindings(SidecarContext context) : IAppDriven, IDisposable
{
    private readonly ILogger _logger = context.CreateLogger<InputBindings>();
    private readonly List<Reader> _readers = [];
    private readonly HashSet<Task> _deliveries = [];
    private readonly Lock _lock = new();
    private CancellationTokenSource _delivering = new();

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Dispose();
        _delivering = new CancellationTokenSource();
        await StartReadersAsync(cancellationToken);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var reader in _readers) await reader.DisposeAsync();
        _readers.Clear();
        try
        {
            await Task.WhenAll(UnderWay()).WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The time for a graceful stop is over: cut off what is still under way.
            await _delivering.CancelAsync();
            await Task.WhenAll(UnderWay());
        }
    }

    /// <summary>What is under way goes on by itself: events do not need the binding that they came from.</summary>
    public async Task ReloadAsync(bool policiesChanged, CancellationToken cancellationToken)
    {
        var gone = _readers.Where(reader => context.Components.All.All(loaded => !ReferenceEquals(loaded.Instance, reader.Binding))).ToList();
        foreach (var reader in gone)
        {
            await reader.DisposeAsync();
            _readers.Remove(reader);
        }

        await StartReadersAsync(cancellationToken);
    }

    public void Dispose() => _delivering.Dispose();

    private async Task StartReadersAsync(CancellationToken cancellationToken)
    {
        if (context.App is not { } app) return;
        foreach (var loaded in context.Components.All)
        {
            if (loaded.Instance is not IInputBinding binding || !BindingDirection.Allows(loaded.Resource, BindingDirection.Input)) continue;
            if (_readers.Exists(reader => ReferenceEquals(reader.Binding, binding))) continue;
            var route = Route(loaded.Resource);
            if (!BindingDirection.Names(loaded.Resource, BindingDirection.Input))
            {
                var wanted = await IsWantedAsync(app, loaded.Resource.Name, route, cancellationToken);
                if (wanted is null) return;
                if (wanted is false) continue;
            }

            BindingLog.Reading(_logger, loaded.Resource.Name, route);
            _readers.Add(new Reader(binding, token => ReadAsync(app, binding, loaded.Resource.Name, route, token)));
        }
    }

    /// <summary>The metadata <c>route</c> (with exactly this name), or the component's own name.</summary>
    private static string Route(ComponentResource component)
    {
        var route = component.Properties.FirstOrDefault(property => property.Name == "route")?.Value;
        return "/" + (string.IsNullOrEmpty(route) ? component.Name : route).TrimStart('/');
    }

    /// <summary>Null when the application could not be asked.</summary>
    private async Task<bool?> IsWantedAsync(AppChannel app, string name, string route, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(context.Options.AppBindingOptionsTimeout);
        try
        {
            var answer = await app.SendAsync(HttpMethod.Options, route, default, "application/json", null, limit.Token);

            // A framework that knows only POST here answers "method not allowed", which shows that the route is there.
            if (answer.IsSuccess || answer.Status == StatusCodes.Status405MethodNotAllowed) return true;
            BindingLog.NotSubscribed(_logger, name, answer.Status, route);
            return false;
        }
        catch (Exception error) when (error is HttpRequestException or AppUnhealthyException)
        {
            BindingLog.ProbeFailed(_logger, name, route, error.Message);
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            BindingLog.ProbeFailed(_logger, name, route, $"no answer within {context.Options.AppBindingOptionsTimeout}");
            return null;
        }
    }

    private async Task ReadAsync(AppChannel app, IInputBinding binding, string name, string route, CancellationToken cancellationToken)
    {
        try
        {
            await binding.ReadAsync(@event => Track(DeliverAsync(app, name, route, @event, _delivering.Token)), cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped.
        }
        catch (Exception error)
        {
            // One binding that breaks must not end the sidecar, nor go unseen.
            BindingLog.ReadingFailed(_logger, error, name);
        }
    }

    private async Task DeliverAsync(AppChannel app, string name, string route, BindingEvent @event, CancellationToken cancellationToken)
    {
        // Leave the reader at once: a slow application must not delay the next event.
        await Task.Yield();
        var policy = context.Resiliency.Inbound(name, ComponentKind.Binding);
        try
        {
            await policy.RunAsync(
                async token =>
                {
                    var answer = await app.SendAsync(HttpMethod.Post, route, @event.Data, "application/json", @event.Metadata, context.Tracer.Continue("", state: null), token);
                    var isFine = policy.HasRetry ? answer.Status == StatusCodes.Status200OK : answer.IsSuccess;
                    if (!isFine) throw new StatusCodeException(answer.Status, $"status code {answer.Status}");
                },
                cancellationToken);
        }
        catch (Exception error)
        {
            // The event is lost, as with daprd: what matters to an application has to come again by itself. The sidecar goes on.
            BindingLog.EventFailed(_logger, name, error.Message);
        }
    }

    private void Track(Task delivery)
    {
        lock (_lock) _deliveries.Add(delivery);
        _ = delivery.ContinueWith(
            done =>
            {
                lock (_lock) _deliveries.Remove(done);
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    private Task[] UnderWay()
    {
        lock (_lock) return [.. _deliveries];
    }

    /// <summary>A binding that is being read.</summary>
    private sealed class Reader : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _reading;

        public Reader(IInputBinding binding, Func<CancellationToken, Task> read)
        {
            Binding = binding;
            _reading = read(_stop.Token);
        }

        public IInputBinding Binding { get; }

        /// <summary>Returns when the binding has stopped.</summary>
        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _reading;
            _stop.Dispose();
        }
    }
}
