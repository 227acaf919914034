using Dapr.Workflow.Client;
using Dapr.Workflow.Grpc;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dapr.Workflow.Worker;

/// <summary>Keeps a connection to the sidecar's workflow engine, for as long as the host runs, and does the work that comes over it.</summary>
internal sealed class WorkflowWorker(TaskHub hub, WorkItemProcessor processor, ILogger<WorkflowWorker> logger, TimeProvider clock) : IHostedService, IDisposable
{
    private static readonly TimeSpan GreetingInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan GreetingTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstReconnectDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestReconnectDelay = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private Task _work = Task.CompletedTask;
    private Task? _stopped;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _work = Task.Run(() => WorkAsync(_stop.Token), CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <summary>
    /// Finishes what is under way, as long as the host allows. The connection stays open meanwhile: the engine gives out again, to other workers, what is not answered when it
    /// closes.
    /// </summary>
    /// <remarks>A host may be stopped twice, by a signal and by whoever owns it: the second time waits for the first.</remarks>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
            return _stopped ??= DrainAndStopAsync(cancellationToken);
    }

    public void Dispose() => _stop.Dispose();

    private async Task DrainAndStopAsync(CancellationToken cancellationToken)
    {
        try
        {
            await processor.DrainAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The host's patience is at its end; what is under way is given out again.
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await _work.ConfigureAwait(false);
    }

    private async Task WorkAsync(CancellationToken stopping)
    {
        var delay = FirstReconnectDelay;
        while (!stopping.IsCancellationRequested)
        {
            var begin = clock.GetTimestamp();
            var broken = await StreamAsync(stopping).ConfigureAwait(false);
            if (stopping.IsCancellationRequested)
                return;

            // What has worked for a while is worth an attempt at once.
            if (clock.GetElapsedTime(begin) > LongestReconnectDelay)
                delay = FirstReconnectDelay;
            if (broken is null)
                WorkerLog.StreamEnded(logger);
            else
                WorkerLog.StreamBroke(logger, broken, delay);
            await Task.Delay(delay, clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            delay = TimeSpan.FromTicks(Math.Min(delay.Ticks * 2, LongestReconnectDelay.Ticks));
        }
    }

    /// <summary>Takes what one stream brings.</summary>
    /// <returns>Why it broke; null when the engine ended it well, or when the host stops.</returns>
    private async Task<string?> StreamAsync(CancellationToken stopping)
    {
        using var stream = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var greeting = GreetAsync(stream.Token);
        try
        {
            WorkerLog.StreamBegins(logger);
            await foreach (var item in hub.GetWorkItemsAsync(stream.Token).ConfigureAwait(false))
                processor.Take(item, stream.Token);
            return null;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return null;
        }
        catch (WorkflowRpcException broken)
        {
            return broken.Detail;
        }
        catch (Exception broken)
        {
            // Nothing that a connection can do ends the worker: the next one may be better.
            return broken.Message;
        }
        finally
        {
            await stream.CancelAsync().ConfigureAwait(false);
            await greeting.ConfigureAwait(false);
        }
    }

    /// <summary>Keeps a connection that has no work from being closed.</summary>
    private async Task GreetAsync(CancellationToken stream)
    {
        using var interval = new PeriodicTimer(GreetingInterval, clock);
        try
        {
            while (await interval.WaitForNextTickAsync(stream).ConfigureAwait(false))
            {
                try
                {
                    await hub.HelloAsync(GreetingTimeout, stream).ConfigureAwait(false);
                }
                catch (WorkflowRpcException silent)
                {
                    WorkerLog.GreetingFailed(logger, silent.Detail);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The stream has ended.
        }
    }
}
