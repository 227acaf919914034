using Dapr.Workflow.Abstractions;

namespace Dapr.Workflow;

/// <summary>Which call of which workflow instance an activity is run for.</summary>
public abstract class WorkflowActivityContext
{
    /// <summary>The activity's name, as the workflow wrote it.</summary>
    public abstract TaskIdentifier Identifier { get; }

    /// <summary>The same for every run of one call, different for every other call: a key to recognise a repetition by.</summary>
    public abstract string TaskExecutionKey { get; }

    /// <summary>The workflow instance that made the call.</summary>
    public abstract string InstanceId { get; }
}
