namespace Dapr.Workflow.Abstractions;

/// <summary>An activity as the worker sees it: without its types. Derive from <see cref="WorkflowActivity{TInput, TOutput}"/> instead of implementing it.</summary>
public interface IWorkflowActivity
{
    /// <summary>The type that the input is read as.</summary>
    Type InputType { get; }

    /// <summary>The type of the result.</summary>
    Type OutputType { get; }

    /// <summary>Does the work.</summary>
    Task<object?> RunAsync(WorkflowActivityContext context, object? input);
}
