using System.Collections.Concurrent;
using StocksDapr.Sidecar.Running.Logs;
using StocksDapr.Sidecar.Running.Processes;
using StocksDapr.Support;

namespace StocksDapr.Sidecar.Running.Supervision;

/// <summary>With real processes (of the POSIX shell) and a clock of the test's own, so that no pause is waited for.</summary>
public sealed class SupervisedProcessTests : IDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private readonly ConcurrentQueue<string> _announced = new();
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly ManualTimeProvider _clock = new();
    private readonly ServiceRow _row = new("app", "", "/logs/app.log");
    private readonly List<SupervisedProcess> _made = [];

    public void Dispose() => _made.ForEach(process => process.Dispose());

    [Fact]
    public async Task One_that_is_killed_is_started_again_and_nothing_else_is_touched()
    {
        var process = Make("echo started; exec sleep 600");
        await process.StartAsync();
        var first = _row.Process!.Pid;
        _row.Observe(ServiceState.Ready);

        UnixSignals.Send(first, UnixSignal.Kill);
        await Eventually.BeTrueAsync(() => _row.State == ServiceState.Restarting && _clock.PendingTimers == 1);
        _clock.Advance(TimeSpan.FromSeconds(0.5));

        await Eventually.BeTrueAsync(() => _row.Process is not null && _row.Process.Pid != first);
        _row.Restarts.Should().Be(1);
        _announced.Should().ContainSingle().Which.Should().Contain("app was ended by signal 9").And.Contain("0.5 s");
        await process.StopAsync(Grace, default);
    }

    [Fact]
    public async Task One_that_fails_again_and_again_is_given_up_with_its_last_lines()
    {
        var process = Make("echo the port is taken >&2; exit 3");
        await process.StartAsync();

        await Eventually.BeTrueAsync(() =>
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            return _row.State == ServiceState.Failed;
        });

        _announced.Last().Should().Contain("ended with exit code 3").And.Contain("giving it up").And.Contain("the port is taken").And.Contain("/logs/app.log");
        await process.StopAsync(Grace, default);
        _row.State.Should().Be(ServiceState.Failed, "stopping the run does not hide who was given up");
    }

    [Fact]
    public async Task A_program_that_does_not_exist_is_given_up_with_its_name()
    {
        var process = new SupervisedProcess(new ChildProcessStart { Command = ["/no/such/program"] }, _row, Log(), _announced.Enqueue, _clock);
        _made.Add(process);
        await process.StartAsync();

        await Eventually.BeTrueAsync(() =>
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            return _row.State == ServiceState.Failed;
        });

        _announced.Last().Should().Contain("/no/such/program");
    }

    [Fact]
    public async Task Stopping_asks_first_and_lets_the_process_end_in_order()
    {
        var process = Make("trap 'echo goodbye; exit 0' TERM; echo started; while :; do sleep 0.02; done");
        await process.StartAsync();
        await Eventually.BeTrueAsync(() => _lines.Contains("== APP - app == started"));

        await process.StopAsync(Grace, default);

        _lines.Should().Contain("== APP - app == goodbye");
        _row.State.Should().Be(ServiceState.Stopped);
        _announced.Should().BeEmpty("an end that was asked for is no failure");
    }

    [Fact]
    public async Task One_that_does_not_listen_is_killed_with_all_that_it_started_when_there_is_hurry()
    {
        var process = Make("trap '' TERM; sleep 600 & echo child $!; wait; while :; do sleep 600; done");
        await process.StartAsync();
        await Eventually.BeTrueAsync(() => _lines.Any(line => line.Contains("child ")));
        var grandchild = int.Parse(_lines.First(line => line.Contains("child ")).Split(' ')[^1]);
        using var hurry = new CancellationTokenSource();

        var stopping = process.StopAsync(TimeSpan.FromMinutes(10), hurry.Token);
        await hurry.CancelAsync();
        await stopping;

        await Eventually.BeTrueAsync(() => ProcessIdentity.Of(grandchild) is null);
        _row.State.Should().Be(ServiceState.Stopped);
    }

    [Fact]
    public async Task A_stop_during_the_pause_ends_it()
    {
        var process = Make("exit 1");
        await process.StartAsync();
        await Eventually.BeTrueAsync(() => _row.State == ServiceState.Restarting);

        await process.StopAsync(Grace, default);

        _row.State.Should().Be(ServiceState.Stopped);
    }

    private SupervisedProcess Make(string script)
    {
        var process = new SupervisedProcess(new ChildProcessStart { Command = ["sh", "-c", script] }, _row, Log(), _announced.Enqueue, _clock);
        _made.Add(process);
        return process;
    }

    private ServiceLog Log() => new(ServiceLog.AppPrefix("app"), null, _lines.Enqueue, line => _row.LastLine = line);
}
