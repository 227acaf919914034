namespace Dapr.Workflow.Abstractions.Attributes;

/// <summary>Marks a workflow for the official SDK's source generator. Registration in code works with and without it.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = false, Inherited = false)]
public sealed class WorkflowAttribute : Attribute
{
    /// <summary>Registers under the name of the class.</summary>
    public WorkflowAttribute()
    {
    }

    /// <summary>Registers under a name.</summary>
    public WorkflowAttribute(string name) => Name = name;

    /// <summary>The name; null for the class's own.</summary>
    public string? Name { get; }
}
