namespace Dapr.Workflow;

/// <summary>What a workflow may ask about the run that it is in.</summary>
public interface IWorkflowContext
{
    /// <inheritdoc cref="WorkflowContext.IsReplaying"/>
    bool IsReplaying { get; }

    /// <inheritdoc cref="WorkflowContext.IsPatched"/>
    bool IsPatched(string patchName);

    /// <inheritdoc cref="WorkflowContext.CurrentUtcDateTime"/>
    DateTime CurrentUtcDateTime { get; }
}
