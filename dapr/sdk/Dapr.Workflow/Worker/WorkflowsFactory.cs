using System.Collections.Concurrent;
using Dapr.Workflow.Abstractions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Dapr.Workflow.Worker;

/// <inheritdoc cref="IWorkflowsFactory"/>
internal sealed class WorkflowsFactory(ILogger<WorkflowsFactory> logger) : IWorkflowsFactory
{
    private readonly ConcurrentDictionary<string, Func<IServiceProvider, IWorkflow>> _workflows = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, Func<IServiceProvider, IWorkflowActivity>> _activities = new(StringComparer.OrdinalIgnoreCase);

    public void RegisterWorkflow<TWorkflow>(string? name = null)
        where TWorkflow : class, IWorkflow
    {
        // Looking for the constructor once is worth it: a workflow is made for each of its turns.
        var make = ActivatorUtilities.CreateFactory<TWorkflow>(Type.EmptyTypes);
        Register(_workflows, name ?? typeof(TWorkflow).Name, services => make(services, null));
    }

    public void RegisterWorkflow<TInput, TOutput>(string name, Func<WorkflowContext, TInput, Task<TOutput>> implementation)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(implementation);
        var workflow = new FunctionWorkflow<TInput, TOutput>(implementation);
        Register<IWorkflow>(_workflows, name, _ => workflow);
    }

    public void RegisterActivity<TActivity>(string? name = null)
        where TActivity : class, IWorkflowActivity
    {
        var make = ActivatorUtilities.CreateFactory<TActivity>(Type.EmptyTypes);
        Register(_activities, name ?? typeof(TActivity).Name, services => make(services, null));
    }

    public void RegisterActivity<TInput, TOutput>(string name, Func<WorkflowActivityContext, TInput, Task<TOutput>> implementation)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(implementation);
        var activity = new FunctionActivity<TInput, TOutput>(implementation);
        Register<IWorkflowActivity>(_activities, name, _ => activity);
    }

    public bool TryCreateWorkflow(TaskIdentifier identifier, IServiceProvider serviceProvider, out IWorkflow? workflow, out Exception? activationException) =>
        TryCreate(_workflows, identifier.Name, serviceProvider, out workflow, out activationException);

    public bool TryCreateActivity(TaskIdentifier identifier, IServiceProvider serviceProvider, out IWorkflowActivity? activity, out Exception? activationException) =>
        TryCreate(_activities, identifier.Name, serviceProvider, out activity, out activationException);

    private void Register<T>(ConcurrentDictionary<string, Func<IServiceProvider, T>> registry, string name, Func<IServiceProvider, T> make)
    {
        if (!registry.TryAdd(name, make))
            WorkerLog.NameIsTaken(logger, typeof(T).Name, name);
    }

    private static bool TryCreate<T>(
        ConcurrentDictionary<string, Func<IServiceProvider, T>> registry, string name, IServiceProvider services, out T? made, out Exception? failure)
        where T : class
    {
        made = null;
        failure = null;
        if (!registry.TryGetValue(name, out var make))
            return false;

        try
        {
            made = make(services);
            return true;
        }
        catch (Exception thrown)
        {
            // The application's constructors may throw anything; the caller makes it the outcome of the work item.
            failure = thrown;
            return false;
        }
    }

    private sealed class FunctionWorkflow<TInput, TOutput>(Func<WorkflowContext, TInput, Task<TOutput>> implementation) : IWorkflow
    {
        public Type InputType => typeof(TInput);

        public Type OutputType => typeof(TOutput);

        public async Task<object?> RunAsync(WorkflowContext context, object? input) => await implementation(context, input is null ? default! : (TInput)input);
    }

    private sealed class FunctionActivity<TInput, TOutput>(Func<WorkflowActivityContext, TInput, Task<TOutput>> implementation) : IWorkflowActivity
    {
        public Type InputType => typeof(TInput);

        public Type OutputType => typeof(TOutput);

        public async Task<object?> RunAsync(WorkflowActivityContext context, object? input) => await implementation(context, input is null ? default! : (TInput)input);
    }
}
