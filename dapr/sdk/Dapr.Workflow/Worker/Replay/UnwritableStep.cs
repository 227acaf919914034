using StocksDapr.Protocol.TaskHub;

namespace Dapr.Workflow.Worker.Replay;

/// <summary>A call that came to nothing since its input could not be serialized: it has a number, and nothing else.</summary>
internal sealed class UnwritableStep : Step
{
    public UnwritableStep(StepKind kind, string name)
        : base(kind, name)
    {
        IsConfirmed = true;
        IsSettled = true;
    }

    public override bool TrySettle(HistoryEvent ended) => false;

    public override WorkflowAction ToAction() => throw new InvalidOperationException("There is nothing to do.");
}
