using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using StocksDapr.Sidecar.Running.Display;
using StocksDapr.Sidecar.Running.Processes;
using StocksDapr.Sidecar.Running.Records;
using StocksDapr.Sidecar.Running.Supervision;
using StocksDapr.Sidecar.Running.Templates;
using StocksDapr.Support;

namespace StocksDapr.Sidecar.Running;

/// <summary>Whole runs of templates with little applications (of the POSIX shell), sidecars in this process and a real database.</summary>
public sealed class RunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromMinutes(2));

    public RunTests()
    {
        _folder.MakeFolder("app");
        _folder.MakeFolder("components");
    }

    public void Dispose()
    {
        _patience.Dispose();
        _folder.Dispose();
    }

    private DataFolder Data => new(_folder.MakeFolder("data"));

    [Fact]
    public async Task Everything_is_started_shown_recorded_and_stopped_in_the_templates_order()
    {
        var plan = Read("""
              - {appID: edge, appDirPath: app, command: [sh, -c, "trap 'echo edge ends; exit 0' TERM; while :; do sleep 0.02; done"]}
              - {appID: core, appDirPath: app, command: [sh, -c, "trap 'echo core ends; exit 0' TERM; echo data in $STOCKS_DATA; while :; do sleep 0.02; done"]}
            """);
        await using var display = new Recorder();
        await using var board = new RunBoard(Data, plan.File, null, TimeProvider.System);
        await using var run = new Run(plan, new RunOptions(), Data, board, display, TimeProvider.System);

        await run.StartAsync(_patience.Token);
        await run.Ready.WaitAsync(_patience.Token);

        board.Rows.Should().OnlyContain(row => row.State == ServiceState.Ready);
        await Eventually.BeTrueAsync(() => RunRecord.Read(Data) is { State: RunState.Ready } record && record.Services.Count(service => service.Process is { IsAlive: true }) == 3);
        await Eventually.BeTrueAsync(() => display.Lines.Contains($"== APP - core == data in {Data.Path}"));
        var processes = RunRecord.Read(Data)!.Services.Select(service => service.Process).OfType<ProcessIdentity>().ToList();

        await run.StopAsync(CancellationToken.None);

        display.Lines.Where(line => line.EndsWith("ends", StringComparison.Ordinal)).Should().Equal("== APP - edge == edge ends", "== APP - core == core ends");
        processes.Should().OnlyContain(process => !process.IsAlive, "no process is left behind");
        File.ReadAllLines(Data.LogOf("core")).Should().Contain("== APP - core == core ends");
    }

    [Fact]
    public async Task The_crash_of_one_takes_nobody_down_and_is_repaired()
    {
        var plan = Read("""
              - {appID: falls, appDirPath: app, command: [sleep, "600"]}
              - {appID: stays, appDirPath: app, command: [sleep, "600"]}
            """);
        await using var display = new Recorder();
        await using var board = new RunBoard(Data, plan.File, null, TimeProvider.System);
        await using var run = new Run(plan, new RunOptions(), Data, board, display, TimeProvider.System);
        await run.StartAsync(_patience.Token);
        await run.Ready.WaitAsync(_patience.Token);
        var (falls, stays) = (board.Rows.Single(row => row.Name == "falls"), board.Rows.Single(row => row.Name == "stays"));
        var (before, other) = (falls.Process!.Pid, stays.Process!.Pid);

        UnixSignals.Send(before, UnixSignal.Kill);

        await Eventually.BeTrueAsync(() => falls.State == ServiceState.Ready && falls.Process is { } now && now.Pid != before);
        falls.Restarts.Should().Be(1);
        stays.Process!.Pid.Should().Be(other);
        await run.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task One_that_never_starts_makes_the_run_fail_with_its_log_while_the_others_go_on()
    {
        var plan = Read("""
              - {appID: broken, appDirPath: app, command: [sh, -c, "echo no luck; exit 1"]}
              - {appID: stays, appDirPath: app, command: [sleep, "600"]}
            """);
        await using var display = new Recorder();
        await using var board = new RunBoard(Data, plan.File, null, TimeProvider.System);
        await using var run = new Run(plan, new RunOptions(), Data, board, display, TimeProvider.System);
        await run.StartAsync(_patience.Token);

        var becomingReady = () => run.Ready.WaitAsync(_patience.Token);
        (await becomingReady.Should().ThrowAsync<RunFailedException>()).WithMessage($"broken*{Data.LogOf("broken")}*");

        board.State.Should().Be(RunState.Failed);
        board.Rows.Single(row => row.Name == "stays").Process.Should().NotBeNull();
        display.Problems.Should().Contain(problem => problem.Contains("giving it up") && problem.Contains("no luck"));
        await run.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_busy_port_stops_the_start_before_anything_is_started_and_names_its_holder()
    {
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        var port = ((IPEndPoint)holder.LocalEndpoint).Port;
        var plan = Read($"  - {{appID: gateway, appDirPath: app, appPort: {port}, command: [sleep, \"600\"]}}");
        await using var display = new Recorder();
        await using var board = new RunBoard(Data, plan.File, null, TimeProvider.System);
        await using var run = new Run(plan, new RunOptions(), Data, board, display, TimeProvider.System);

        var starting = () => run.StartAsync(_patience.Token);

        (await starting.Should().ThrowAsync<RunFailedException>()).WithMessage($"*{port}*gateway*pid {Environment.ProcessId}*--free-ports*");
        Directory.Exists(Data.Postgres).Should().BeFalse();
        await run.StopAsync(CancellationToken.None);
    }

    private RunPlan Read(string apps) => RunTemplateReader.Read(
        _folder.Write("dapr.yaml", $"version: 1\ncommon: {{resourcesPath: components}}\napps:\n{apps}"), new RunOverrides { HomeFolder = _folder.Path });

    private sealed class Recorder : IRunDisplay
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ConcurrentQueue<string> Problems { get; } = new();

        public void Step(string text)
        {
        }

        public void Problem(string text) => Problems.Enqueue(text);

        public void Line(string text) => Lines.Enqueue(text);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
