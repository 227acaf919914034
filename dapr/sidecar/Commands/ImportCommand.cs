using System.CommandLine;
using StocksDapr.Sidecar.Commands.Imports;
using StocksDapr.Sidecar.Commands.Local;

namespace StocksDapr.Sidecar.Commands;

/// <summary><c>import</c>: brings CSV files in through the gateway and says what became of every row.</summary>
internal static class ImportCommand
{
    private const int ShownRejections = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static Command Make()
    {
        var path = new Argument<string>("path") { Description = "A CSV file, plain or gzip, or a folder of them.", HelpName = "FILE|FOLDER" };
        path.Validators.Add(result =>
        {
            if (result.Tokens is [var token, ..] && !Path.Exists(token.Value))
                result.AddError($"There is no file or folder {token.Value}.");
        });
        var interval = new Option<string?>("--interval") { Description = "The bars' interval (1min, 5min, 15min, 30min, 1h, 1d, …). Default: told from the dates." };
        var source = new Option<string?>("--source") { Description = "The name that readers see as the bars' source. Default: csv.", HelpName = "NAME" };
        var symbol = new Option<string?>("--symbol") { Description = "The symbol, for files that do not name it.", HelpName = "S" };
        var report = new Option<string?>("--report") { Description = "Write all rejected rows to this CSV file.", HelpName = "out.csv" };
        var url = new Option<string?>("--url") { Description = "The gateway. Default: that of the run on this machine.", HelpName = "URL" };
        var token = new Option<string?>("--token") { Description = "A token with the scopes read and write. Default: one of the local administrator, for this import.", HelpName = "T" };
        var data = Places.DataOption();
        var command = new Command("import", "Imports bars from CSV files. Importing a file again changes nothing.") { path, interval, source, symbol, report, url, token, data };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var files = ImportFiles.Find(parsed.GetValue(path)!);
            if (files.Count == 0)
            {
                await Console.Error.WriteLineAsync($"There is no CSV file in {parsed.GetValue(path)} (*.csv, *.csv.gz, *.txt, *.txt.gz).");
                return ExitCodes.Usage;
            }

            var folder = Places.FindData(parsed.GetValue(data));
            var address = LocalGateway.Address(parsed.GetValue(url), folder);
            var hints = new ImportHints(parsed.GetValue(interval), parsed.GetValue(source), parsed.GetValue(symbol));
            if (parsed.GetValue(token) is { Length: > 0 } given)
            {
                using var gateway = new GatewayClient(address, given, Patience);
                return await RunAsync(gateway, files, hints, parsed.GetValue(report), cancellationToken);
            }

            await using var own = await TemporaryToken.MakeAsync(address, folder, "import", ["read", "write"], Patience, cancellationToken);
            return await RunAsync(own.Gateway, files, hints, parsed.GetValue(report), cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(GatewayClient gateway, IReadOnlyList<string> files, ImportHints hints, string? report, CancellationToken cancellationToken)
    {
        var import = new FileImport(gateway, hints, TimeProvider.System);
        var outcomes = await ImportDisplay.RunAsync(files, (file, progress) => import.RunAsync(file, progress, cancellationToken));
        Terminal.Output.Write(ImportDisplay.Table(outcomes));
        foreach (var failed in outcomes.Where(outcome => outcome.Failure is not null))
            await Console.Error.WriteLineAsync($"{failed.File} failed: {failed.Failure}");
        await ShowFirstRejectionsAsync(gateway, outcomes, cancellationToken);
        if (report is not null)
        {
            var rows = await RejectionReport.WriteAsync(report, outcomes, gateway, cancellationToken);
            Console.WriteLine($"{rows} rejected rows written to {report}");
        }

        return outcomes.Any(outcome => outcome.Failure is not null) ? ExitCodes.Failed : ExitCodes.Done;
    }

    private static async Task ShowFirstRejectionsAsync(GatewayClient gateway, IReadOnlyList<ImportOutcome> outcomes, CancellationToken cancellationToken)
    {
        var left = ShownRejections;
        foreach (var outcome in outcomes.Where(outcome => outcome.Receipt is { Rejected: > 0 }))
        {
            if (left == 0)
                break;
            await foreach (var rejection in Rejection.ReadAsync(gateway, outcome.Receipt!.Id, left, cancellationToken))
            {
                Console.WriteLine($"{Path.GetFileName(outcome.File)}, line {rejection.Line}: {rejection.Reason} ({rejection.Code})");
                left--;
            }
        }

        var all = ImportDisplay.Sum(outcomes).Rejected;
        if (all > ShownRejections)
            Console.WriteLine($"… and {all - ShownRejections} more rejected rows; --report out.csv writes all of them.");
    }
}
