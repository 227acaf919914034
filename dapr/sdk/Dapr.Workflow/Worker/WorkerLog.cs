using Microsoft.Extensions.Logging;

namespace Dapr.Workflow.Worker;

/// <summary>What the worker logs: no payloads.</summary>
internal static partial class WorkerLog
{
    [LoggerMessage(20, LogLevel.Warning, "{Kind} '{Name}' is registered already; the first registration stays")]
    public static partial void NameIsTaken(ILogger logger, string kind, string name);
}
