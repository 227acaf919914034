using System.Collections.Concurrent;
using System.Diagnostics;

namespace StocksDapr.Sidecar.Running.Processes;

/// <summary>
/// Starts processes from one thread that lives as long as this process. Linux delivers a child's parent-death signal when the
/// <em>thread</em> that forked it ends, so a child that was started from a pool thread would die whenever the pool shrinks.
/// </summary>
internal static class ProcessLauncher
{
    private static readonly BlockingCollection<Action> Starts = Begin();

    /// <summary>Starts the process.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">The program cannot be found or executed.</exception>
    public static Task<Process> StartAsync(ProcessStartInfo start)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Starts.Add(() =>
        {
            var process = new Process { StartInfo = start };
            try
            {
                process.Start();
                started.SetResult(process);
            }
            catch (Exception exception) when (exception is System.ComponentModel.Win32Exception or InvalidOperationException or IOException)
            {
                process.Dispose();
                started.SetException(exception);
            }
        });
        return started.Task;
    }

    private static BlockingCollection<Action> Begin()
    {
        var starts = new BlockingCollection<Action>();
        var thread = new Thread(() =>
        {
            foreach (var start in starts.GetConsumingEnumerable())
                start();
        })
        {
            IsBackground = true,
            Name = "process launcher",
        };
        thread.Start();
        return starts;
    }
}
