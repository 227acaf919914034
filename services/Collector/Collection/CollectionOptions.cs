namespace StocksDapr.Collector.Collection;

/// <summary>The section <c>Collector:Collection</c>: how patiently Collector asks again.</summary>
internal sealed class CollectionOptions
{
    public const string Section = "Collector:Collection";

    /// <summary>What was published and is not stored after this time is asked again; the wait doubles each time.</summary>
    public TimeSpan AskAgainAfter { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>When a recent bar that the provider did not have is asked again; the wait doubles each time, up to a day.</summary>
    public TimeSpan AbsentAskAgainAfter { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a provider that failed is left alone, unless it says how long; the wait doubles each time.</summary>
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a request is made, the first time included, before the next provider is asked, or its part is given up.</summary>
    public int Attempts { get; set; } = 5;

    /// <summary>How long a provider whose budget is spent is waited for before the next one is asked.</summary>
    public TimeSpan LongestHold { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How often it is looked whether anything is missing although its schedule has been run.</summary>
    public TimeSpan HealEvery { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How often instruments and corporate actions are fetched again. They are also fetched when a session opens.</summary>
    public TimeSpan ReferenceDataEvery { get; set; } = TimeSpan.FromHours(6);
}
