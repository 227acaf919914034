using System.Globalization;
using Spectre.Console;

namespace StocksDapr.Sidecar.Commands.Imports;

/// <summary>Shows imports: a bar on a terminal, lines elsewhere; in the end a table. Everything but the table goes to standard error.</summary>
internal static class ImportDisplay
{
    private const int PlainEveryRows = 50_000;

    /// <summary>Runs the imports one after the other under a progress bar each, or with plain lines where there is no terminal.</summary>
    public static async Task<IReadOnlyList<ImportOutcome>> RunAsync(
        IReadOnlyList<string> files, Func<string, IImportProgress, Task<ImportOutcome>> import)
    {
        if (!Terminal.IsLive(Terminal.Error))
        {
            var plain = new List<ImportOutcome>();
            foreach (var file in files)
                plain.Add(await import(file, new PlainProgress(Path.GetFileName(file))));
            return plain;
        }

        return await Terminal.Error.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn(), new SpinnerColumn())
            .StartAsync(async context =>
            {
                var outcomes = new List<ImportOutcome>();
                foreach (var file in files)
                {
                    var task = context.AddTask(Markup.Escape(Path.GetFileName(file)));
                    outcomes.Add(await import(file, new BarProgress(task, Path.GetFileName(file))));
                    task.StopTask();
                }

                return outcomes;
            });
    }

    /// <summary>The table of the outcomes, with a last line of sums when there are several.</summary>
    public static Table Table(IReadOnlyList<ImportOutcome> outcomes)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("file");
        foreach (var column in new[] { "read", "stored", "unchanged", "quarantined", "repeated", "rejected" })
            table.AddColumn(new TableColumn(column).RightAligned().NoWrap());
        table.AddColumn("state");
        foreach (var outcome in outcomes)
            AddRow(table, Path.GetFileName(outcome.File), outcome.Receipt ?? new ImportReceipt(), outcome.Failure is null ? outcome.Receipt?.State ?? "" : "failed");
        if (outcomes.Count > 1)
            AddRow(table.AddEmptyRow(), "total", Sum(outcomes), "");
        return table;
    }

    internal static ImportReceipt Sum(IEnumerable<ImportOutcome> outcomes) =>
        outcomes.Select(outcome => outcome.Receipt).OfType<ImportReceipt>().Aggregate(new ImportReceipt(), (sum, receipt) => new ImportReceipt
        {
            Read = sum.Read + receipt.Read,
            Stored = sum.Stored + receipt.Stored,
            Unchanged = sum.Unchanged + receipt.Unchanged,
            Quarantined = sum.Quarantined + receipt.Quarantined,
            Repeated = sum.Repeated + receipt.Repeated,
            Rejected = sum.Rejected + receipt.Rejected,
        });

    private static void AddRow(Table table, string name, ImportReceipt receipt, string state) => table.AddRow(
        new Text(name), Count(receipt.Read), Count(receipt.Stored), Count(receipt.Unchanged), Count(receipt.Quarantined), Count(receipt.Repeated), Count(receipt.Rejected),
        new Text(state));

    private static Text Count(long count) => new(count.ToString("#,0", CultureInfo.InvariantCulture));

    /// <summary>The first half of the bar is the upload, the second the import; how much there is to import is known once the file has been read.</summary>
    private sealed class BarProgress(ProgressTask task, string name) : IImportProgress
    {
        public void Uploading(long sent, long total)
        {
            task.Description = Markup.Escape(name) + " [grey]uploading[/]";
            task.Value = total == 0 ? 20 : 20.0 * sent / total;
        }

        public void Importing(ImportReceipt receipt)
        {
            task.Description = string.Create(CultureInfo.InvariantCulture, $"{Markup.Escape(name)} [grey]{receipt.State}, {receipt.Read:#,0} rows[/]");
            if (receipt.IsOver)
                task.Value = 100;
            else if (receipt.Batches is { Total: > 0 and var total } batches)
                task.Value = 20 + (80.0 * batches.Done / total);
        }

        public void Trouble(string what) => task.Description = $"{Markup.Escape(name)} [yellow]{Markup.Escape(what)}: trying again[/]";
    }

    private sealed class PlainProgress(string name) : IImportProgress
    {
        private long _nextRows = PlainEveryRows;
        private string _trouble = "";

        public void Uploading(long sent, long total)
        {
            if (sent == 0)
                Say($"{name}: uploading {total.ToString("#,0", CultureInfo.InvariantCulture)} bytes");
        }

        public void Importing(ImportReceipt receipt)
        {
            if (receipt.Read < _nextRows && !receipt.IsOver)
                return;
            _nextRows = receipt.Read + PlainEveryRows;
            Say(string.Create(CultureInfo.InvariantCulture, $"{name}: {receipt.State}, {receipt.Read:#,0} rows"));
        }

        public void Trouble(string what)
        {
            if (what != _trouble)
                Say($"{name}: {what}: trying again");
            _trouble = what;
        }

        private static void Say(string text) => Console.Error.WriteLine(text);
    }
}
