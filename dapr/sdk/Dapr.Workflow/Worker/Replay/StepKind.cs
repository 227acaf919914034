namespace Dapr.Workflow.Worker.Replay;

/// <summary>What a workflow's numbered step does.</summary>
internal enum StepKind
{
    Activity,
    Timer,
    ChildWorkflow,
    SentEvent,
    ContinueAsNew,
}
