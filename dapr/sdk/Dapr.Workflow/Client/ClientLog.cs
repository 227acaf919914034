using Microsoft.Extensions.Logging;

namespace Dapr.Workflow.Client;

/// <summary>What the client logs.</summary>
internal static partial class ClientLog
{
    [LoggerMessage(1, LogLevel.Debug, "Waiting for workflow instance '{InstanceId}' was interrupted; again in {Delay}")]
    public static partial void WaitIsRepeated(ILogger logger, string instanceId, TimeSpan delay, Exception reason);
}
