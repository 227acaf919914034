namespace StocksDapr.Sidecar.Bindings.Cron;

/// <summary>
/// Times of a calendar in a time zone. A time that daylight saving skips does not happen; one that it repeats happens twice. When both day fields
/// restrict, a day that fits either of them counts.
/// </summary>
internal sealed class CalendarSchedule(TimeZoneInfo zone) : CronSchedule
{
    private const int YearsToLook = 5;

    public required CronField Second { get; init; }

    public required CronField Minute { get; init; }

    public required CronField Hour { get; init; }

    public required CronField DayOfMonth { get; init; }

    public required CronField Month { get; init; }

    public required CronField DayOfWeek { get; init; }

    public override DateTimeOffset? Next(DateTimeOffset after)
    {
        var time = new DateTimeOffset(after.UtcTicks - (after.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero).AddSeconds(1);
        var limit = time.AddYears(YearsToLook);
        while (time < limit)
        {
            var local = TimeZoneInfo.ConvertTime(time, zone);
            if (!Month.Has(local.Month)) time = StartOf(new DateTime(local.Year, local.Month, 1).AddMonths(1), time);
            else if (!HasDay(local)) time = StartOf(local.Date.AddDays(1), time);
            else if (!Hour.Has(local.Hour)) time = time.AddSeconds(3600 - (local.Minute * 60) - local.Second);
            else if (!Minute.Has(local.Minute)) time = time.AddSeconds(60 - local.Second);
            else if (!Second.Has(local.Second)) time = time.AddSeconds(1);
            else return time;
        }

        return null;
    }

    private bool HasDay(DateTimeOffset local)
    {
        var (dayOfMonth, dayOfWeek) = (DayOfMonth.Has(local.Day), DayOfWeek.Has((int)local.DayOfWeek));
        return DayOfMonth.IsStar || DayOfWeek.IsStar ? dayOfMonth && dayOfWeek : dayOfMonth || dayOfWeek;
    }

    /// <summary>The instant of a local midnight; where daylight saving skips midnight, the first instant of the day.</summary>
    private DateTimeOffset StartOf(DateTime midnight, DateTimeOffset after)
    {
        var local = midnight;
        while (zone.IsInvalidTime(local)) local = local.AddMinutes(15);
        var instant = new DateTimeOffset(local, zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local)).ToUniversalTime();
        return instant > after ? instant : after.AddSeconds(1);
    }
}
