using System.Diagnostics;
using StocksDapr.Protocol.TaskHub;

namespace Dapr.Workflow.Worker;

/// <summary>Lets work items go on with the trace of whoever started the instance. Activities are spans of the source <c>Dapr.Workflow</c>; turns are replayed, so they are none.</summary>
internal static class WorkItemTrace
{
    private static readonly ActivitySource Source = new("Dapr.Workflow");

    public static IDisposable? OfActivity(string name, TraceContext? trace)
    {
        if (string.IsNullOrEmpty(trace?.TraceParent))
            return null;
        var operation = $"WorkflowActivity {name}";
        return ActivityContext.TryParse(trace.TraceParent, trace.TraceState, isRemote: true, out var parent)
            && Source.StartActivity(operation, ActivityKind.Internal, parent) is { } span
                ? span
                : Silent(operation, trace);
    }

    public static IDisposable? OfTurn(TraceContext? trace) => string.IsNullOrEmpty(trace?.TraceParent) ? null : Silent("WorkflowOrchestrationTurn", trace);

    /// <summary>For code that passes the trace on, where nobody listens to the source.</summary>
    private static Activity Silent(string operation, TraceContext trace)
    {
        var activity = new Activity(operation).SetParentId(trace.TraceParent);
        if (!string.IsNullOrEmpty(trace.TraceState))
            activity.TraceStateString = trace.TraceState;
        return activity.Start();
    }
}
