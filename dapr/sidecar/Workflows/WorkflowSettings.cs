using StocksDapr.Protocol.TaskHub;
using StocksDapr.Sidecar.Resources;

namespace StocksDapr.Sidecar.Workflows;

/// <summary>What an engine is told.</summary>
internal sealed record WorkflowSettings
{
    /// <summary>The app whose workflows these are.</summary>
    public required string AppId { get; init; }

    public string Namespace { get; init; } = "default";

    /// <summary>Largest message of the gRPC server, in bytes; 0 = no limit. Workflows that do not fit are held.</summary>
    public int MaxMessageSize { get; init; }

    /// <summary><c>spec.workflow</c> of the configuration.</summary>
    public WorkflowLimits Limits { get; init; } = new();

    public WorkflowRetention Retention => Limits.Retention;

    /// <summary>How long a worker may take nothing from its stream.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a call waits for a worker to come before it says that there is none.</summary>
    public TimeSpan WorkerGrace { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Instances that are kept in memory though they have nothing to do.</summary>
    public int MaxIdle { get; init; } = 2_000;

    /// <summary>The key of an app in the store: two namespaces may share one.</summary>
    public string KeyOf(string appId) => $"{Namespace}.{appId}";
}

/// <summary>How long ended instances are kept, by how they ended; nothing said = for ever.</summary>
internal static class WorkflowRetentions
{
    public static TimeSpan? Of(this WorkflowRetention retention, OrchestrationStatus end)
    {
        ArgumentNullException.ThrowIfNull(retention);
        var own = end switch
        {
            OrchestrationStatus.Completed => retention.Completed,
            OrchestrationStatus.Failed => retention.Failed,
            OrchestrationStatus.Terminated => retention.Terminated,
            _ => null,
        };
        return own ?? retention.AnyTerminal;
    }
}
