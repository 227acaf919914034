using System.Diagnostics.CodeAnalysis;

namespace Dapr.Workflow;

/// <summary>What the workflows further up have done, as far as they passed it on. Names and application ids are compared without regard to case.</summary>
/// <param name="events">An entry per workflow, in the order in which they were passed on.</param>
public sealed class PropagatedHistory(IReadOnlyList<PropagatedHistoryEvent> events)
{
    /// <summary>An entry per workflow.</summary>
    public IReadOnlyList<PropagatedHistoryEvent> Events { get; } = events ?? throw new ArgumentNullException(nameof(events));

    /// <summary>The applications that took part, each once, in order of appearance.</summary>
    public IReadOnlyList<string> GetAppIds() => [.. Events.Select(entry => entry.AppId).Distinct(StringComparer.OrdinalIgnoreCase)];

    /// <summary>The entries of one workflow.</summary>
    public IReadOnlyList<PropagatedHistoryEvent> GetEventsByWorkflowName(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return [.. Events.Where(entry => entry.Name.Equals(name, StringComparison.OrdinalIgnoreCase))];
    }

    /// <summary>The last entry of one workflow.</summary>
    public bool TryGetLastWorkflowEventByName(string name, [NotNullWhen(true)] out PropagatedHistoryEvent? result)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        result = Events.LastOrDefault(entry => entry.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        return result is not null;
    }

    /// <summary>The entries of one application.</summary>
    public IReadOnlyList<PropagatedHistoryEvent> GetByAppId(string appId)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(appId);
        return [.. Events.Where(entry => entry.AppId.Equals(appId, StringComparison.OrdinalIgnoreCase))];
    }

    /// <summary>The entries of one instance; ids are compared exactly.</summary>
    public IReadOnlyList<PropagatedHistoryEvent> GetByInstanceId(string instanceId)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(instanceId);
        return [.. Events.Where(entry => entry.InstanceId.Equals(instanceId, StringComparison.Ordinal))];
    }
}
