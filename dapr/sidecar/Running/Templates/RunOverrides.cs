namespace StocksDapr.Sidecar.Running.Templates;

/// <summary>What the command line says over the template.</summary>
internal sealed record RunOverrides
{
    /// <summary>The application that people and programs talk to.</summary>
    public const string Gateway = "gateway";

    /// <summary>The application that says how much data there is.</summary>
    public const string Query = "query";

    /// <summary>The application that fills the run with simulated data, unless told not to.</summary>
    public const string Collector = "collector";

    /// <summary>The gateway's port; 0 is any free one, null is what the template says.</summary>
    public int? GatewayPort { get; init; }

    /// <summary>Free ports instead of the template's, for every application and sidecar, so that several runs fit on one machine.</summary>
    public bool FreePorts { get; init; }

    /// <summary>A folder of component files instead of the template's.</summary>
    public string? ResourcesPath { get; init; }

    public string HomeFolder { get; init; } = System.Environment.GetFolderPath(System.Environment.SpecialFolder.UserProfile);
}
