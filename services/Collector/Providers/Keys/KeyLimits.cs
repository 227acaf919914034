namespace StocksDapr.Collector.Providers.Keys;

/// <summary>What a vendor lets one key spend. Null: no limit.</summary>
/// <param name="CreditsPerMinute">In any 60 seconds, in the vendor's unit.</param>
/// <param name="CreditsPerDay">In a day of the vendor's, in its unit.</param>
internal sealed record KeyLimits(int? CreditsPerMinute = null, int? CreditsPerDay = null)
{
    public static readonly KeyLimits None = new();

    /// <summary>Requests in any second, whatever they cost.</summary>
    public int? RequestsPerSecond { get; init; }

    /// <summary>When the vendor's day begins, UTC.</summary>
    public TimeOnly DayBegins { get; init; } = TimeOnly.MinValue;

    /// <summary>The most credits that one request may cost: more could never be paid with one key.</summary>
    public int? LargestRequest => CreditsPerMinute is { } minute ? Math.Min(minute, CreditsPerDay ?? minute) : CreditsPerDay;
}
