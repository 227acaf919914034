namespace Dapr.Workflow.Registration;

/// <summary>The limits of <see cref="WorkflowServiceCollectionExtensions.DaprWorkflowBuilder.WithGrpcMessageSizeLimits"/>, in bytes.</summary>
internal sealed class GrpcMessageSizes
{
    public int? MaxReceive { get; set; }

    public int? MaxSend { get; set; }
}
