namespace StocksDapr.Collector.Collection;

/// <summary>The section <c>Collector:Collection</c>: how patiently Collector asks again.</summary>
internal sealed class CollectionOptions
{
    public const string Section = "Collector:Collection";

    /// <summary>What was published and is not stored after this time is asked again; the wait doubles each time.</summary>
    public TimeSpan AskAgainAfter { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>When a recent bar that the provider did not have is asked again; the wait doubles each time, up to a day.</summary>
    public TimeSpan AbsentAskAgainAfter { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long after a session's close its bars are fetched once more, for corrections. Zero: never.</summary>
    public TimeSpan RecheckAfterClose { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>How often instruments and corporate actions are fetched again. They are also fetched when a session opens.</summary>
    public TimeSpan ReferenceDataEvery { get; set; } = TimeSpan.FromHours(6);
}
