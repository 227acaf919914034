namespace StocksDapr.Collector.EndOfDay;

/// <summary>The section <c>Collector:EndOfDay</c>: how a session is closed.</summary>
internal sealed class EndOfDayOptions
{
    public const string Section = "Collector:EndOfDay";

    public bool Enabled { get; set; } = true;

    /// <summary>How long after the session's close: providers correct bars for a while.</summary>
    public TimeSpan After { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>How often what is missing is asked again.</summary>
    public int HealAttempts { get; set; } = 3;

    /// <summary>The wait before what is missing is asked again; each further one is five times as long.</summary>
    public TimeSpan HealAfter { get; set; } = TimeSpan.FromMinutes(1);
}
