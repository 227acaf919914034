using Dapr.Workflow;

namespace StocksDapr.WorkflowWorker;

/// <summary>A child with one activity.</summary>
public sealed class Part : Workflow<int, long>
{
    public override Task<long> RunAsync(WorkflowContext context, int input) => context.CallActivityAsync<long>(nameof(Square), input, Square.Retries);
}
