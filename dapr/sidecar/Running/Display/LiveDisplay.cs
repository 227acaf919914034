using System.Threading.Channels;
using Spectre.Console;
using StocksDapr.Sidecar.Running.Supervision;

namespace StocksDapr.Sidecar.Running.Display;

/// <summary>A terminal: what happens scrolls by, and below it stands a table that is always up to date.</summary>
internal sealed class LiveDisplay : IRunDisplay
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(200);
    private const int LinesAtOnce = 500;

    // When lines come faster than a terminal scrolls, the oldest go: they are in the log files.
    private readonly Channel<(string Text, Style Style)> _lines = Channel.CreateBounded<(string, Style)>(
        new BoundedChannelOptions(LinesAtOnce) { FullMode = BoundedChannelFullMode.DropOldest });

    private readonly IAnsiConsole _console;
    private readonly Func<IReadOnlyList<ServiceRow>> _rows;
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _drawing;

    public LiveDisplay(IAnsiConsole console, Func<IReadOnlyList<ServiceRow>> rows)
    {
        _console = console;
        _rows = rows;
        _drawing = Task.Run(DrawAsync);
    }

    public void Step(string text) => Add(text, new Style(Color.Aqua));

    public void Problem(string text) => Add(text, new Style(Color.Red));

    public void Line(string text) => Add(text, new Style(Color.Grey));

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _drawing;
        _ended.Dispose();
    }

    private void Add(string text, Style style) => _lines.Writer.TryWrite((text, style));

    private async Task DrawAsync()
    {
        await _console.Live(Table()).Overflow(VerticalOverflow.Ellipsis).StartAsync(async context =>
        {
            while (!_ended.IsCancellationRequested)
            {
                Scroll();
                context.UpdateTarget(Table());
                await Task.Delay(Refresh, _ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            Scroll();
            context.UpdateTarget(Table());
        });
    }

    private void Scroll()
    {
        while (_lines.Reader.TryRead(out var line))
            _console.WriteLine(line.Text, line.Style);
    }

    private Table Table() =>
        ServiceTable.Make(_rows().Select(row => (row.Name, row.State, row.Address, row.Restarts, row.LastLine)), _console.Profile.Width);
}
