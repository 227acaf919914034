using StocksDapr.Protocol.TaskHub;

namespace Dapr.Workflow.Worker.Replay;

/// <summary>The end of this run and the beginning of the next.</summary>
internal sealed class ContinueAsNewStep : Step
{
    private readonly string _input;

    public ContinueAsNewStep(string input, bool keepsEvents)
        : base(StepKind.ContinueAsNew, string.Empty)
    {
        _input = input;
        KeepsEvents = keepsEvents;
        IsSettled = true;
    }

    /// <summary>Whether events that nobody has waited for go along.</summary>
    public bool KeepsEvents { get; }

    public override bool TrySettle(HistoryEvent ended) => false;

    public override WorkflowAction ToAction() => new()
    {
        Id = Id,
        CompleteWorkflow = new CompleteWorkflowAction { WorkflowStatus = OrchestrationStatus.ContinuedAsNew, Result = _input },
    };
}
