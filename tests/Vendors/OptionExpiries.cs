using StocksDapr.Market;

namespace StocksDapr.Vendors;

/// <summary>When the options of the emulated market expire, counted from an instant: on Fridays, or on the session before where that is a holiday.</summary>
internal static class OptionExpiries
{
    /// <summary>The first Friday after it.</summary>
    public static DateOnly Weekly(DateTimeOffset now)
    {
        var day = NewYorkTime.DateAt(now).AddDays(1);
        while (day.DayOfWeek != DayOfWeek.Friday)
            day = day.AddDays(1);
        return OrSessionBefore(day);
    }

    /// <summary>The first third Friday of a month after it, or that of some months later.</summary>
    public static DateOnly Monthly(DateTimeOffset now, int monthsLater = 0)
    {
        var today = NewYorkTime.DateAt(now);
        var first = today.AddDays(1 - today.Day);
        return OrSessionBefore(ThirdFriday(first.AddMonths(monthsLater + (ThirdFriday(first) > today ? 0 : 1))));
    }

    private static DateOnly ThirdFriday(DateOnly firstOfMonth) =>
        firstOfMonth.AddDays(((DayOfWeek.Friday - firstOfMonth.DayOfWeek + 7) % 7) + 14);

    private static DateOnly OrSessionBefore(DateOnly day) => ExchangeCalendar.UsEquities.PreviousSession(day.AddDays(1))!.Value.Date;
}
