namespace StocksDapr.Sidecar.Hosting;

/// <summary>How the application's health is asked for; the defaults are daprd's.</summary>
public sealed record AppHealthOptions
{
    /// <summary>Path of the probe.</summary>
    public string Path { get; init; } = "/healthz";

    /// <summary>Time from one probe to the next.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Limit of one probe.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Failed probes since the application was found healthy that make it unhealthy; they need not be in a row.</summary>
    public int Threshold { get; init; } = 3;
}
