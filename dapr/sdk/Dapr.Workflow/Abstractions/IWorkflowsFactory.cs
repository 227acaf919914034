using Dapr.Workflow.Abstractions;

namespace Dapr.Workflow.Worker;

/// <summary>The worker's registry. Names are compared without regard to case; the first registration of a name stays.</summary>
public interface IWorkflowsFactory
{
    /// <summary>Registers a class; its name is the default.</summary>
    void RegisterWorkflow<TWorkflow>(string? name = null)
        where TWorkflow : class, IWorkflow;

    /// <summary>Registers a function.</summary>
    void RegisterWorkflow<TInput, TOutput>(string name, Func<WorkflowContext, TInput, Task<TOutput>> implementation);

    /// <summary>Registers a class; its name is the default.</summary>
    void RegisterActivity<TActivity>(string? name = null)
        where TActivity : class, IWorkflowActivity;

    /// <summary>Registers a function.</summary>
    void RegisterActivity<TInput, TOutput>(string name, Func<WorkflowActivityContext, TInput, Task<TOutput>> implementation);

    /// <summary>Makes a workflow for one turn.</summary>
    /// <returns>False when the name is not known, and when the class could not be made (then there is an exception).</returns>
    bool TryCreateWorkflow(TaskIdentifier identifier, IServiceProvider serviceProvider, out IWorkflow? workflow, out Exception? activationException);

    /// <summary>Makes an activity for one call.</summary>
    /// <returns>False when the name is not known, and when the class could not be made (then there is an exception).</returns>
    bool TryCreateActivity(TaskIdentifier identifier, IServiceProvider serviceProvider, out IWorkflowActivity? activity, out Exception? activationException);
}
