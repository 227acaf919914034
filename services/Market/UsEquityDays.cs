namespace StocksDapr.Market;

/// <summary>
/// On which days the US equity exchanges (NYSE and Nasdaq, which have kept the same days) do not trade, or close early, as their rules
/// and decisions stand: holidays by rule, everything else by date. Known from 1998 on.
/// </summary>
internal static class UsEquityDays
{
    public static readonly TimeOnly Open = new(9, 30);
    public static readonly TimeOnly RegularClose = new(16, 0);
    public static readonly TimeOnly EarlyClose = new(13, 0);

    /// <summary>Whole days without trading that no rule foresees.</summary>
    private static readonly (DateOnly Date, string Reason)[] SpecialClosures =
    [
        (new(2001, 9, 11), "Attacks of September 11"),
        (new(2001, 9, 12), "Attacks of September 11"),
        (new(2001, 9, 13), "Attacks of September 11"),
        (new(2001, 9, 14), "Attacks of September 11"),
        (new(2004, 6, 11), "Mourning for President Reagan"),
        (new(2007, 1, 2), "Mourning for President Ford"),
        (new(2012, 10, 29), "Hurricane Sandy"),
        (new(2012, 10, 30), "Hurricane Sandy"),
        (new(2018, 12, 5), "Mourning for President George H. W. Bush"),
        (new(2025, 1, 9), "Mourning for President Carter"),
    ];

    /// <summary>The weekdays of a year on which there is no trading, and why.</summary>
    public static IEnumerable<(DateOnly Date, string Reason)> Closures(int year)
    {
        // Rule 7.2: a New Year's Day on a Saturday is not made up for, since 31 December closes the books of the year.
        var newYear = new DateOnly(year, 1, 1);
        if (newYear.DayOfWeek != DayOfWeek.Saturday)
            yield return (Observed(newYear), "New Year's Day");

        yield return (Weekdays.Nth(year, 1, DayOfWeek.Monday, 3), "Martin Luther King Jr. Day");
        yield return (Weekdays.Nth(year, 2, DayOfWeek.Monday, 3), "Washington's Birthday");
        yield return (Weekdays.EasterSunday(year).AddDays(-2), "Good Friday");
        yield return (Weekdays.Last(year, 5, DayOfWeek.Monday), "Memorial Day");
        if (year >= 2022)
            yield return (Observed(new DateOnly(year, 6, 19)), "Juneteenth");
        yield return (Observed(new DateOnly(year, 7, 4)), "Independence Day");
        yield return (Weekdays.Nth(year, 9, DayOfWeek.Monday, 1), "Labor Day");
        yield return (Weekdays.Nth(year, 11, DayOfWeek.Thursday, 4), "Thanksgiving Day");
        yield return (Observed(new DateOnly(year, 12, 25)), "Christmas Day");

        foreach (var closure in SpecialClosures)
        {
            if (closure.Date.Year == year)
                yield return closure;
        }
    }

    /// <summary>
    /// The days of a year that close at <see cref="EarlyClose"/>; some of them may be closed altogether. The record followed here
    /// has none before the day after Thanksgiving 1999.
    /// </summary>
    public static IEnumerable<DateOnly> EarlyCloses(int year)
    {
        if (year < 1999)
            yield break;

        yield return Weekdays.Nth(year, 11, DayOfWeek.Thursday, 4).AddDays(1);

        // The eve of Independence Day and of Christmas, when the holiday itself falls on a weekday: if it falls on a Saturday the
        // Friday is the holiday, if on a Sunday the eve is a Saturday.
        if (year == 2002)
            yield return new DateOnly(2002, 7, 5); // a Thursday holiday: that year the Friday after it, since 2013 the Wednesday before
        else if (!Weekdays.IsWeekend(new DateOnly(year, 7, 4)))
            yield return new DateOnly(year, 7, 3);

        if (!Weekdays.IsWeekend(new DateOnly(year, 12, 25)))
            yield return new DateOnly(year, 12, 24);

        if (year == 2003)
            yield return new DateOnly(2003, 12, 26); // a Friday after Christmas, by decision of that year
    }

    /// <summary>Holidays on a Saturday are kept on the Friday before, those on a Sunday on the Monday after.</summary>
    private static DateOnly Observed(DateOnly holiday) => holiday.DayOfWeek switch
    {
        DayOfWeek.Saturday => holiday.AddDays(-1),
        DayOfWeek.Sunday => holiday.AddDays(1),
        _ => holiday,
    };
}
