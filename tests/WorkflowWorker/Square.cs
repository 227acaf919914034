using Dapr.Workflow;

namespace StocksDapr.WorkflowWorker;

/// <summary>Multiplies a number with itself, and fails now and then: always in the same attempts of the same call, whoever runs them.</summary>
public sealed class Square : WorkflowActivity<int, long>
{
    /// <summary>Enough for every call to succeed.</summary>
    public static readonly WorkflowTaskOptions Retries = new(new WorkflowRetryPolicy(30, TimeSpan.FromMilliseconds(50)));

    public static long Of(int number) => (long)number * number;

    public override Task<long> RunAsync(WorkflowActivityContext context, int input)
    {
        var dice = Convert.ToInt32(context.TaskExecutionKey[^2..], 16);
        return dice % 5 == 0 ? throw new InvalidOperationException("not this time") : Task.FromResult(Of(input));
    }
}
