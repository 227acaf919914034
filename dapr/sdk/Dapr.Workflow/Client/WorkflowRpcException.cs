namespace Dapr.Workflow.Client;

/// <summary>
/// The sidecar refused a call or could not be reached. It stands in for <c>Grpc.Core.RpcException</c> of the official SDK, which needs a package that is not used here:
/// do not name it in code that should run on both.
/// </summary>
public sealed class WorkflowRpcException : Exception
{
    internal WorkflowRpcException(int statusCode, string detail, Exception? innerException = null)
        : base($"gRPC status {statusCode}: {detail}", innerException)
    {
        StatusCode = statusCode;
        Detail = detail;
    }

    /// <summary>gRPC's status code, for example 6 (already exists) or 14 (unavailable).</summary>
    public int StatusCode { get; }

    /// <summary>What the sidecar said.</summary>
    public string Detail { get; }
}
