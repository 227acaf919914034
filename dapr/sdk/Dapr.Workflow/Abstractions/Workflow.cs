namespace Dapr.Workflow;

/// <summary>
/// A durable function: it is run again from its beginning whenever something that it waits for has happened, and gets the results of what it did before from its history.
/// So it must do the same each time: await only what <see cref="WorkflowContext"/> gives, take time and new ids from there, and leave everything else to activities.
/// </summary>
/// <typeparam name="TInput">The input, as JSON.</typeparam>
/// <typeparam name="TOutput">The result, as JSON.</typeparam>
public abstract class Workflow<TInput, TOutput> : IWorkflow
{
    Type IWorkflow.InputType => typeof(TInput);

    Type IWorkflow.OutputType => typeof(TOutput);

    async Task<object?> IWorkflow.RunAsync(WorkflowContext context, object? input) => await RunAsync(context, input is null ? default! : (TInput)input);

    /// <summary>The workflow's logic. An exception that leaves it fails the instance.</summary>
    /// <param name="context">The only way to the world outside.</param>
    /// <param name="input">What the instance was started with; the type's default when it was started without.</param>
    public abstract Task<TOutput> RunAsync(WorkflowContext context, TInput input);
}
