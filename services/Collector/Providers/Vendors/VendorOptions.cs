using StocksDapr.Collector.Providers.Health;

namespace StocksDapr.Collector.Providers.Vendors;

/// <summary>The section <c>Collector:Providers:NAME</c>: what every vendor has.</summary>
internal class VendorOptions
{
    /// <summary>The section in which each provider has one of its own, by its name.</summary>
    public const string Section = "Collector:Providers";

    /// <summary>The longest <see cref="Timeout"/>: what is granted to a request counts as spent at least that long.</summary>
    public static readonly TimeSpan LongestTimeout = TimeSpan.FromMinutes(5);

    /// <summary>Whether the provider is used at all. One without a key that needs one is not.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Where the vendor answers; set for a proxy or an emulator.</summary>
    public Uri? BaseAddress { get; set; }

    /// <summary>How long to wait for an answer.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the provider is left alone at first when it fails again and again; twice as long each time that it fails when it is tried again.</summary>
    public TimeSpan PauseAfterFailures { get; set; } = CircuitPauses.Default.First;

    /// <summary>The longest that it is left alone.</summary>
    public TimeSpan LongestPause { get; set; } = CircuitPauses.Default.Longest;

    /// <summary>
    /// The name of the secret, in the store behind the Dapr component <c>secretstore</c>, that holds the keys, several of them separated by commas or white space; null
    /// for the provider's own name of it. Never a key itself.
    /// </summary>
    public string? KeySecret { get; set; }

    /// <summary>What one key may spend in a minute, in the vendor's unit; null for the vendor's free plan, 0 for no limit.</summary>
    public int? CreditsPerMinute { get; set; }

    /// <summary>What one key may spend in a day, in the vendor's unit; null for the vendor's free plan, 0 for no limit.</summary>
    public int? CreditsPerDay { get; set; }
}
