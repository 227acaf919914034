using Dapr.Workflow.Abstractions;
using Dapr.Workflow.Worker;

namespace Dapr.Workflow;

/// <summary>What a worker can run. Names are compared without regard to case; the first registration of a name stays.</summary>
public sealed class WorkflowRuntimeOptions
{
    private const string WithoutEffect =
        "This property no longer does anything; limit the sidecar instead (workflow.maxConcurrentWorkflowInvocations and workflow.maxConcurrentActivityInvocations of its configuration).";

    private readonly List<Action<IWorkflowsFactory>> _registrations = [];

    /// <summary>Without effect.</summary>
    [Obsolete(WithoutEffect)]
    public int MaxConcurrentWorkflows
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 100;

    /// <summary>Without effect.</summary>
    [Obsolete(WithoutEffect)]
    public int MaxConcurrentActivities
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 100;

    /// <summary>Registers a function as a workflow.</summary>
    public void RegisterWorkflow<TInput, TOutput>(string name, Func<WorkflowContext, TInput, Task<TOutput>> implementation)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(implementation);
        _registrations.Add(factory => factory.RegisterWorkflow(name, implementation));
    }

    /// <summary>Registers a class as a workflow. It is made anew for each turn, from a scope of its own; the class itself need not be registered as a service.</summary>
    /// <param name="name">Null for the name of the class, without its namespace.</param>
    public void RegisterWorkflow<TWorkflow>(string? name = null)
        where TWorkflow : class, IWorkflow =>
        _registrations.Add(factory => factory.RegisterWorkflow<TWorkflow>(name));

    /// <summary>Registers a function as an activity.</summary>
    public void RegisterActivity<TInput, TOutput>(string name, Func<WorkflowActivityContext, TInput, Task<TOutput>> implementation)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(implementation);
        _registrations.Add(factory => factory.RegisterActivity(name, implementation));
    }

    /// <summary>Registers a class as an activity. It is made anew for each call, from a scope of its own; the class itself need not be registered as a service.</summary>
    /// <param name="name">Null for the name of the class, without its namespace.</param>
    public void RegisterActivity<TActivity>(string? name = null)
        where TActivity : class, IWorkflowActivity =>
        _registrations.Add(factory => factory.RegisterActivity<TActivity>(name));

    /// <summary>Puts everything into a registry, in the order in which it was registered here.</summary>
    public void ApplyRegistrations(IWorkflowsFactory factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        foreach (var register in _registrations)
            register(factory);
    }
}
