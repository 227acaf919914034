using StocksDapr.Protocol.TaskHub;

namespace Dapr.Workflow.Worker.Replay;

/// <summary>An event for another instance: nothing comes back.</summary>
internal sealed class SentEventStep : Step
{
    private readonly SendEventAction _event;

    public SentEventStep(SendEventAction sent)
        : base(StepKind.SentEvent, sent.Name)
    {
        _event = sent;
        IsSettled = true;
    }

    public override bool TrySettle(HistoryEvent ended) => false;

    public override WorkflowAction ToAction() => new() { Id = Id, SendEvent = _event };
}
