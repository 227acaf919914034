using System.Diagnostics;
using System.Globalization;
using StocksDapr.Sidecar.Running;
using StocksDapr.Sidecar.Running.Display;
using StocksDapr.Sidecar.Running.Records;
using StocksDapr.Sidecar.Running.Templates;

namespace StocksDapr.Sidecar.Commands;

/// <summary>A run that lives as long as this process: shown on its terminal, or without one in the background.</summary>
internal sealed class AttachedRun(UpRequest request, bool background)
{
    private static readonly TimeSpan BackgroundPatience = TimeSpan.FromMinutes(2);

    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <summary>Runs until it is asked to stop. 0 when it was, 1 when it could not start.</summary>
    public async Task<int> RunAsync()
    {
        using var stop = new StopRequests(request.Data);
        using var runLock = RunLock.TryTake(request.Data);
        if (runLock is null)
        {
            Console.WriteLine(RunningAlready(RunRecord.Read(request.Data)));
            return ExitCodes.Done;
        }

        var plain = background || !Terminal.IsLive(Terminal.Output);
        var leftover = RunRecord.Read(request.Data);
        await Leftovers.StopAsync(leftover, Console.WriteLine, stop.Stop);
        var template = Places.FindTemplate(request.File);
        var plan = ReadPlan(template);
        await using var board = new RunBoard(request.Data, plan.File, Run.GatewayOf(plan), TimeProvider.System);
        await using IRunDisplay display = plain
            ? new PlainDisplay(Console.Out, Console.Error, withApplications: !background)
            : new Running.Display.LiveDisplay(Terminal.Output, () => board.Rows);
        var options = new RunOptions { Daprd = request.Daprd, Build = request.Build, SimulatedData = request.SimulatedData };
        await using var run = new Run(plan, options, request.Data, board, display, TimeProvider.System);
        return await RunAsync(run, plan, board, display, stop);
    }

    /// <summary>The sentence for a second <c>up</c>.</summary>
    public static string RunningAlready(RunRecord? record) =>
        record is null
            ? "It is running already (another runner holds the data folder)."
            : string.Create(CultureInfo.InvariantCulture, $"It is running already (runner {record.Runner.Pid}, since {record.StartedAt:yyyy-MM-dd HH:mm:ss}Z, {Lower(record.State)}){At(record)}.");

    private static string At(RunRecord record) => record.Gateway is { } gateway ? $": {gateway}" : "";

    private static string Lower(RunState state) => state.ToString().ToLowerInvariant();

    private RunPlan ReadPlan(string template)
    {
        try
        {
            return RunTemplateReader.Read(template, new RunOverrides
            {
                GatewayPort = request.Port,
                FreePorts = request.FreePorts,
                ResourcesPath = request.Components,
            });
        }
        catch (RunTemplateException exception)
        {
            // The waiting `up --detach` reads the reason there.
            new RunRecord
            {
                Runner = Running.Processes.ProcessIdentity.Current,
                State = RunState.Failed,
                Problem = exception.Message,
                Template = template,
                StartedAt = TimeProvider.System.GetUtcNow(),
            }.Write(request.Data);
            throw;
        }
    }

    private async Task<int> RunAsync(Run run, RunPlan plan, RunBoard board, IRunDisplay display, StopRequests stop)
    {
        var code = ExitCodes.Done;
        try
        {
            await run.StartAsync(stop.Stop);
            await WaitUntilReadyAsync(run, plan, display, stop.Stop);
            await Task.Delay(Timeout.Infinite, stop.Stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (OperationCanceledException) when (stop.Stop.IsCancellationRequested)
        {
        }
        catch (RunFailedException exception)
        {
            board.Problem = exception.Message;
            board.State = RunState.Failed;
            display.Problem(exception.Message);
            code = ExitCodes.Failed;
        }

        display.Step("stopping");
        await run.StopAsync(stop.Hurry);
        display.Step("stopped");
        return code;
    }

    private async Task WaitUntilReadyAsync(Run run, RunPlan plan, IRunDisplay display, CancellationToken stop)
    {
        try
        {
            var ready = run.Ready.WaitAsync(stop);
            await (background ? ready.WaitAsync(BackgroundPatience, CancellationToken.None) : ready);
            display.Step(string.Create(CultureInfo.InvariantCulture, $"ready after {_clock.Elapsed.TotalSeconds:0.0} s: {Run.GatewayOf(plan) ?? plan.Name}"));
        }
        catch (TimeoutException)
        {
            throw new RunFailedException($"It is not ready after {BackgroundPatience.TotalMinutes:0} minutes: {run.NotReady}. The logs are in {request.Data.Logs}.");
        }
        catch (RunFailedException exception) when (!background)
        {
            // At a terminal the rest goes on: whoever looks at it can repair the one that fails.
            display.Problem(exception.Message);
        }
    }
}
