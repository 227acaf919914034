namespace Dapr.Workflow.Client;

/// <summary>How an instance is run again from one of its events on.</summary>
public sealed class RerunWorkflowFromEventOptions
{
    /// <summary>The new instance's id; null for one that the sidecar makes.</summary>
    public string? NewInstanceId { get; set; }

    /// <summary>The input of the event that is run again; needs <see cref="OverwriteInput"/>.</summary>
    public object? Input { get; set; }

    /// <summary>Whether <see cref="Input"/> takes the place of the input in the history.</summary>
    public bool OverwriteInput { get; set; }
}
