using System.Globalization;
using StocksDapr.Sidecar.Running.Processes;

namespace StocksDapr.Sidecar.Running.Records;

/// <summary>Stops what a killed runner left behind. Its servers look after themselves: the database is used again, the broker stopped in order (see PostgresCluster, RabbitMqBroker).</summary>
internal static class Leftovers
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    /// <summary>The applications and sidecars of the record that still run. A number that belongs to another process by now does not count.</summary>
    public static IReadOnlyList<RecordedService> Find(RunRecord? record) =>
        [.. (record?.Services ?? []).Where(service => service is { Name: not (PostgresName or RabbitMqName), Process.IsAlive: true })];

    public const string PostgresName = "postgres";

    public const string RabbitMqName = "rabbitmq";

    public static async Task StopAsync(RunRecord? record, Action<string> report, CancellationToken cancellationToken)
    {
        var left = Find(record);
        foreach (var service in left)
        {
            report(string.Create(CultureInfo.InvariantCulture, $"stopping {service.Name} (pid {service.Process!.Pid}), which a killed run left behind"));
            Ask(service.Process, UnixSignal.Terminate);
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Grace);
        while (left.Any(service => service.Process!.IsAlive) && !patience.IsCancellationRequested)
            await Task.Delay(Poll, patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var service in left.Where(service => service.Process!.IsAlive))
            Ask(service.Process!, UnixSignal.Kill);
    }

    private static void Ask(ProcessIdentity process, UnixSignal signal)
    {
        if (OperatingSystem.IsWindows())
        {
            using var found = System.Diagnostics.Process.GetProcessById(process.Pid);
            found.Kill(entireProcessTree: true);
            return;
        }

        // On Linux each leads a group of its own, with whatever it started.
        if (signal != UnixSignal.Kill || !UnixSignals.Send(-process.Pid, signal))
            UnixSignals.Send(process.Pid, signal);
    }
}
