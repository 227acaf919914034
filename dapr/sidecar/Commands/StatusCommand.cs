using System.CommandLine;
using Spectre.Console;
using StocksDapr.Sidecar.Running.Display;
using StocksDapr.Sidecar.Running.Records;
using StocksDapr.Sidecar.Running.Supervision;

namespace StocksDapr.Sidecar.Commands;

/// <summary><c>status</c>: shows a run. Ends with 0 when it runs and 3 when it does not.</summary>
internal static class StatusCommand
{
    public static Command Make()
    {
        var data = Places.DataOption();
        var json = new Option<bool>("--json") { Description = "As JSON, for programs." };
        var command = new Command("status", "Shows what runs. Exit code 0: it runs; 3: it does not.") { data, json };
        command.SetAction(parsed => Show(Places.FindData(parsed.GetValue(data)), parsed.GetValue(json)));
        return command;
    }

    private static int Show(DataFolder data, bool json)
    {
        var record = RunRecord.Read(data);
        var running = record?.Runner.IsAlive == true;
        if (json)
            Console.WriteLine(running ? record!.ToJson() : """{"state":"stopped"}""");
        else if (running)
            ShowTable(record!);
        else
            Console.WriteLine(NotRunning(record));
        return running ? ExitCodes.Done : ExitCodes.NotRunning;
    }

    private static string NotRunning(RunRecord? record) => record switch
    {
        { State: RunState.Failed, Problem: { } problem } => $"It is not running. The last run failed: {problem}",
        { State: not RunState.Stopped } => "It is not running. The last run was killed; `up` or `down` clears up after it.",
        _ => "It is not running.",
    };

    private static void ShowTable(RunRecord record)
    {
        Terminal.Output.MarkupLineInterpolated($"[bold]{record.State.ToString().ToLowerInvariant()}[/] {record.Gateway ?? ""}");
        if (record.Problem is not null)
            Terminal.Output.MarkupLineInterpolated($"[red]{record.Problem}[/]");
        var rows = record.Services.Select(service =>
            (service.Name, State: service.Process is { IsAlive: false } ? ServiceState.Restarting : service.State, service.Address, service.Restarts, service.LastLine));
        Terminal.Output.Write(ServiceTable.Make(rows, Terminal.Output.Profile.Width));
    }
}
