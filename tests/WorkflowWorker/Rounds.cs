using Dapr.Workflow;

namespace StocksDapr.WorkflowWorker;

/// <summary>Fan-out with retries, a child and a timer, several times over.</summary>
public sealed class Rounds : Workflow<Plan, long>
{
    public override async Task<long> RunAsync(WorkflowContext context, Plan input)
    {
        var sum = 0L;
        for (var round = 0; round < input.Rounds; round++)
        {
            context.SetCustomStatus(round);
            var child = context.CallChildWorkflowAsync<long>(nameof(Part), round, new ChildWorkflowTaskOptions($"{context.InstanceId}-part-{round}"));
            var squares = Enumerable.Range(0, input.Width)
                .Select(i => context.CallActivityAsync<long>(nameof(Square), input.Number(round, i), Square.Retries));
            sum += (await Task.WhenAll(squares)).Sum() + await child;
            await context.CreateTimer(input.Pause);
        }

        return sum;
    }
}
