using Dapr.Workflow.Grpc;
using Microsoft.Extensions.Hosting;

namespace Dapr.Workflow.Worker;

internal sealed class WorkflowWorker(TaskHub hub) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var item in hub.GetWorkItemsAsync(stoppingToken)) _ = item;
    }
}
