using System.Globalization;
using Spectre.Console;
using StocksDapr.Sidecar.Running.Supervision;

namespace StocksDapr.Sidecar.Running.Display;

/// <summary>The table of a run: service, state, address, last log line.</summary>
internal static class ServiceTable
{
    public static Table Make(IEnumerable<(string Name, ServiceState State, string Address, int Restarts, string LastLine)> rows, int width)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("service").AddColumn("state").AddColumn("address")
            .AddColumn(new TableColumn("last log line").NoWrap());
        var room = Math.Max(10, width - 58);
        foreach (var (name, state, address, restarts, lastLine) in rows)
        {
            var again = restarts == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" [grey]({restarts}×)[/]");
            table.AddRow(
                new Markup($"[bold]{Markup.Escape(name)}[/]"),
                new Markup($"[{Colour(state)}]{Word(state)}[/]{again}"),
                new Text(address),
                new Text(lastLine.Length > room ? lastLine[..room] + "…" : lastLine, new Style(Color.Grey)));
        }

        return table;
    }

    public static string Word(ServiceState state) => state switch
    {
        ServiceState.Unready => "not ready",
        ServiceState.Failed => "given up",
        _ => state.ToString().ToLowerInvariant(),
    };

    private static string Colour(ServiceState state) => state switch
    {
        ServiceState.Ready => "green",
        ServiceState.Failed => "red",
        ServiceState.Restarting or ServiceState.Unready => "yellow",
        _ => "grey",
    };
}
