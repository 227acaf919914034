using System.Diagnostics;

namespace StocksDapr.EndToEnd.Workflows;

/// <summary>The worker of <c>tests/WorkflowWorker</c> in a process of its own.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private readonly Process _process;

    private WorkerProcess(Process process) => _process = process;

    public static WorkerProcess Start(int grpcPort)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "StocksDapr.WorkflowWorker.dll"));
        start.Environment["DAPR_GRPC_PORT"] = $"{grpcPort}";
        start.Environment.Remove("DAPR_GRPC_ENDPOINT");
        return new WorkerProcess(Process.Start(start)!);
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }
}
