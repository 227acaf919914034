using StocksDapr.Protocol.Grpc;

namespace StocksDapr.Sidecar.Workflows;

/// <summary>A call about a workflow that cannot be followed. Texts and codes are daprd's.</summary>
internal sealed class WorkflowException(WorkflowProblem problem, GrpcStatusCode status, string message) : Exception(message)
{
    public WorkflowProblem Problem { get; } = problem;

    public GrpcStatusCode Status { get; } = status;

    public static WorkflowException NotFound() => new(WorkflowProblem.NotFound, GrpcStatusCode.Unknown, "no such instance exists");

    public static WorkflowException NotCompleted() => new(WorkflowProblem.NotCompleted, GrpcStatusCode.Unknown, "orchestration has not yet completed");

    public static WorkflowException Stalled() => new(WorkflowProblem.Stalled, GrpcStatusCode.Unknown, "workflow is stalled");

    public static WorkflowException InUse(string id) => new(WorkflowProblem.InUse, GrpcStatusCode.AlreadyExists, $"an active workflow with ID '{id}' already exists");

    public static WorkflowException ChildrenRun(string id, string reason) =>
        new(WorkflowProblem.InUse, GrpcStatusCode.AlreadyExists, $"cannot recreate workflow with ID '{id}': {reason}");

    public static WorkflowException Invalid(string reason) => new(WorkflowProblem.Invalid, GrpcStatusCode.InvalidArgument, reason);

    /// <summary>daprd knows a workflow app only as long as a worker is connected.</summary>
    public static WorkflowException NoWorker(string app, string id) => new(
        WorkflowProblem.NoWorker,
        GrpcStatusCode.FailedPrecondition,
        $"failed to lookup actor: api error: code = FailedPrecondition desc = did not find address for actor 'dapr.internal.{app}.workflow/{id}'");
}

/// <summary>What is wrong with a call about a workflow.</summary>
internal enum WorkflowProblem
{
    NotFound,
    NotCompleted,
    Stalled,
    InUse,
    NoWorker,
    Invalid,
}
