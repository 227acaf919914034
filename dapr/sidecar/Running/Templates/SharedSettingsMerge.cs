namespace StocksDapr.Sidecar.Running.Templates;

/// <summary>
/// Fills an application's settings with the common ones. As in the Dapr CLI the common value fills only what is empty, 0 or false, so
/// a common <c>true</c> cannot be taken back. Paths are settled apart (<see cref="PathResolver"/>).
/// </summary>
internal static class SharedSettingsMerge
{
    public static SharedSettings Over(SharedSettings app, SharedSettings common) => new()
    {
        AppProtocol = Text(app.AppProtocol, common.AppProtocol),
        ApiListenAddresses = Text(app.ApiListenAddresses, common.ApiListenAddresses),
        EnableProfiling = app.EnableProfiling || common.EnableProfiling,
        LogLevel = Text(app.LogLevel, common.LogLevel),
        AppMaxConcurrency = Number(app.AppMaxConcurrency, common.AppMaxConcurrency),
        PlacementHostAddress = app.PlacementHostAddress ?? common.PlacementHostAddress,
        SchedulerHostAddress = app.SchedulerHostAddress ?? common.SchedulerHostAddress,
        MaxBodySize = Text(app.MaxBodySize, common.MaxBodySize),
        ReadBufferSize = Text(app.ReadBufferSize, common.ReadBufferSize),
        EnableAppHealthCheck = app.EnableAppHealthCheck || common.EnableAppHealthCheck,
        AppHealthCheckPath = Text(app.AppHealthCheckPath, common.AppHealthCheckPath),
        AppHealthProbeInterval = Number(app.AppHealthProbeInterval, common.AppHealthProbeInterval),
        AppHealthProbeTimeout = Number(app.AppHealthProbeTimeout, common.AppHealthProbeTimeout),
        AppHealthThreshold = Number(app.AppHealthThreshold, common.AppHealthThreshold),
        EnableApiLogging = app.EnableApiLogging || common.EnableApiLogging,
        RuntimePath = Text(app.RuntimePath, common.RuntimePath),
        AppLogDestination = Text(app.AppLogDestination, common.AppLogDestination),
        DaprdLogDestination = Text(app.DaprdLogDestination, common.DaprdLogDestination),
    };

    /// <summary>The variables of both, key by key; the application's win.</summary>
    public static IReadOnlyDictionary<string, string> Environment(SharedSettings app, SharedSettings common)
    {
        var merged = new Dictionary<string, string>();
        foreach (var (name, value) in (common.Env ?? []).Concat(app.Env ?? []))
            merged[name] = value ?? "";
        return merged;
    }

    private static string? Text(string? own, string? shared) => string.IsNullOrEmpty(own) ? (string.IsNullOrEmpty(shared) ? null : shared) : own;

    private static int Number(int own, int shared) => own == 0 ? shared : own;
}
