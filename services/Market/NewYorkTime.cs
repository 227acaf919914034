namespace StocksDapr.Market;

/// <summary>
/// New York's clock by the law of the United States, without a time zone database: a bare container has none, and a
/// calendar that silently falls back to UTC would move every session by hours. Valid for 1987 to the next change of the law.
/// </summary>
public static class NewYorkTime
{
    private static readonly TimeSpan Standard = TimeSpan.FromHours(-5);
    private static readonly TimeSpan Daylight = TimeSpan.FromHours(-4);

    /// <summary>Clocks change at 02:00 local time: 07:00 UTC in spring, 06:00 UTC in autumn.</summary>
    private static readonly TimeSpan SpringChangeUtc = TimeSpan.FromHours(7);
    private static readonly TimeSpan AutumnChangeUtc = TimeSpan.FromHours(6);

    /// <summary>The offset from UTC at an instant.</summary>
    public static TimeSpan OffsetAt(DateTimeOffset instant)
    {
        var utc = instant.UtcDateTime;
        var (begin, end) = DaylightSaving(utc.Year);
        return utc >= begin.ToDateTime(TimeOnly.MinValue) + SpringChangeUtc && utc < end.ToDateTime(TimeOnly.MinValue) + AutumnChangeUtc
            ? Daylight
            : Standard;
    }

    /// <summary>The instant as New York's clocks show it.</summary>
    public static DateTimeOffset FromInstant(DateTimeOffset instant) => instant.ToOffset(OffsetAt(instant));

    /// <summary>The date in New York at an instant.</summary>
    public static DateOnly DateAt(DateTimeOffset instant) => DateOnly.FromDateTime(FromInstant(instant).DateTime);

    /// <summary>
    /// The UTC instant at which New York's clocks show this date and time. Of the hour that autumn repeats it is the first; in the
    /// hour that spring leaves out the clock is taken as not yet changed.
    /// </summary>
    public static DateTimeOffset ToInstant(DateOnly date, TimeOnly time)
    {
        var (begin, end) = DaylightSaving(date.Year);
        var local = date.ToDateTime(time);
        var change = TimeSpan.FromHours(2);
        var daylight = local >= begin.ToDateTime(TimeOnly.MinValue) + change + TimeSpan.FromHours(1)
            && local < end.ToDateTime(TimeOnly.MinValue) + change;
        return new DateTimeOffset(local, daylight ? Daylight : Standard).ToUniversalTime();
    }

    /// <summary>
    /// The Sundays on which daylight saving begins and ends: first of April to last of October until 2006 (Uniform Time Act as
    /// amended 1986), second of March to first of November since 2007 (Energy Policy Act of 2005).
    /// </summary>
    internal static (DateOnly Begin, DateOnly End) DaylightSaving(int year) => year >= 2007
        ? (Weekdays.Nth(year, 3, DayOfWeek.Sunday, 2), Weekdays.Nth(year, 11, DayOfWeek.Sunday, 1))
        : (Weekdays.Nth(year, 4, DayOfWeek.Sunday, 1), Weekdays.Last(year, 10, DayOfWeek.Sunday));
}
