namespace StocksDapr.Sidecar.Workflows.Storage;

/// <summary>A state store that can keep workflows beside its keys.</summary>
internal interface IWorkflowHome
{
    /// <param name="app">Key of the app, with its namespace.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where the store logs.</param>
    IWorkflowStore OpenWorkflows(string app, TimeProvider time, ILogger log);
}
