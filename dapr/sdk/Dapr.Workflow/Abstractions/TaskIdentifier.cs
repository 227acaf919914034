namespace Dapr.Workflow.Abstractions;

/// <summary>The name of a workflow or an activity. Case does not matter to the worker.</summary>
public readonly record struct TaskIdentifier(string Name)
{
    public static implicit operator TaskIdentifier(string name) => new(name);

    public static implicit operator string(TaskIdentifier identifier) => identifier.Name;

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
