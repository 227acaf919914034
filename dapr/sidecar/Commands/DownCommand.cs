using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using StocksDapr.Sidecar.Postgres;
using StocksDapr.Sidecar.RabbitMq;
using StocksDapr.Sidecar.Running.Processes;
using StocksDapr.Sidecar.Running.Records;

namespace StocksDapr.Sidecar.Commands;

/// <summary><c>down</c>: stops a run, wherever it was started, and whatever a killed one left behind.</summary>
internal static class DownCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    public static Command Make()
    {
        var data = Places.DataOption();
        var command = new Command("down", "Stops everything, in order.") { data };
        command.SetAction((parsed, cancellationToken) => StopAsync(Places.FindData(parsed.GetValue(data)), cancellationToken));
        return command;
    }

    private static async Task<int> StopAsync(DataFolder data, CancellationToken cancellationToken)
    {
        var record = RunRecord.Read(data);
        var running = record?.Runner.IsAlive == true;
        if (running && !await AskAsync(data, record!.Runner, cancellationToken))
        {
            await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"The runner (pid {record.Runner.Pid}) did not stop in {Patience.TotalSeconds} s: killing it."));
            UnixSignals.Send(record.Runner.Pid, UnixSignal.Kill);
        }

        var left = Leftovers.Find(RunRecord.Read(data));
        await Leftovers.StopAsync(RunRecord.Read(data), Console.WriteLine, cancellationToken);
        var database = await PostgresCluster.StopLeftoverAsync(data.Postgres, cancellationToken);
        var broker = await RabbitMqBroker.StopLeftoverAsync(data.RabbitMq, cancellationToken);
        Console.WriteLine(running ? "stopped" : left.Count > 0 || database || broker ? "stopped what a killed run had left behind" : "It is not running.");
        return ExitCodes.Done;
    }

    private static async Task<bool> AskAsync(DataFolder data, ProcessIdentity runner, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
            await File.WriteAllTextAsync(data.StopRequestFile, "", cancellationToken);
        else
            UnixSignals.Send(runner.Pid, UnixSignal.Terminate);
        var clock = Stopwatch.StartNew();
        while (runner.IsAlive && clock.Elapsed < Patience)
            await Task.Delay(Poll, cancellationToken);
        return !runner.IsAlive;
    }
}
