using Dapr.Workflow.Abstractions;

namespace Dapr.Workflow;

/// <summary>One step of a workflow: free to do anything, run at least once, so to be written such that a second run does no harm.</summary>
/// <typeparam name="TInput">The input, as JSON.</typeparam>
/// <typeparam name="TOutput">The result, as JSON.</typeparam>
public abstract class WorkflowActivity<TInput, TOutput> : IWorkflowActivity
{
    Type IWorkflowActivity.InputType => typeof(TInput);

    Type IWorkflowActivity.OutputType => typeof(TOutput);

    /// <inheritdoc/>
    public async Task<object?> RunAsync(WorkflowActivityContext context, object? input) => await RunAsync(context, input is null ? default! : (TInput)input);

    /// <summary>Does the work. An exception reaches the workflow as <see cref="WorkflowTaskFailedException"/>.</summary>
    /// <param name="context">Which call of which instance this is.</param>
    /// <param name="input">What the workflow passed; the type's default when it passed nothing.</param>
    public abstract Task<TOutput> RunAsync(WorkflowActivityContext context, TInput input);
}
