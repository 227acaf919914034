using System.Diagnostics.CodeAnalysis;

namespace Dapr.Workflow;

/// <summary>What one workflow further up has done. Names are compared without regard to case.</summary>
/// <param name="instanceId">Its instance id.</param>
/// <param name="appId">The application that ran it.</param>
/// <param name="name">Its name.</param>
/// <param name="activities">The activities that it called, in order.</param>
/// <param name="childWorkflows">The children that it called, in order.</param>
public sealed class PropagatedHistoryEvent(
    string instanceId,
    string appId,
    string name,
    IReadOnlyList<PropagatedHistoryActivityResult> activities,
    IReadOnlyList<PropagatedHistoryWorkflowResult> childWorkflows)
{
    /// <summary>The workflow's instance id.</summary>
    public string InstanceId { get; } = instanceId ?? throw new ArgumentNullException(nameof(instanceId));

    /// <summary>The application that ran it.</summary>
    public string AppId { get; } = appId ?? throw new ArgumentNullException(nameof(appId));

    /// <summary>The workflow's name.</summary>
    public string Name { get; } = name ?? throw new ArgumentNullException(nameof(name));

    /// <summary>The activities that it called, in order.</summary>
    public IReadOnlyList<PropagatedHistoryActivityResult> Activities { get; } = activities ?? throw new ArgumentNullException(nameof(activities));

    /// <summary>The children that it called, in order.</summary>
    public IReadOnlyList<PropagatedHistoryWorkflowResult> Workflows { get; } = childWorkflows ?? throw new ArgumentNullException(nameof(childWorkflows));

    /// <summary>The calls of one activity, in order.</summary>
    public IReadOnlyList<PropagatedHistoryActivityResult> GetActivitiesByName(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return [.. Activities.Where(activity => activity.Name.Equals(name, StringComparison.OrdinalIgnoreCase))];
    }

    /// <summary>The last call of one activity.</summary>
    public bool TryGetLastActivityByName(string name, [NotNullWhen(true)] out PropagatedHistoryActivityResult? result)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        result = Activities.LastOrDefault(activity => activity.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        return result is not null;
    }

    /// <summary>The calls of one child workflow, in order.</summary>
    public IReadOnlyList<PropagatedHistoryWorkflowResult> GetWorkflowsByName(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return [.. Workflows.Where(workflow => workflow.Name.Equals(name, StringComparison.OrdinalIgnoreCase))];
    }

    /// <summary>The last call of one child workflow.</summary>
    public bool TryGetLastWorkflowByName(string name, [NotNullWhen(true)] out PropagatedHistoryWorkflowResult? result)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        result = Workflows.LastOrDefault(workflow => workflow.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        return result is not null;
    }
}
