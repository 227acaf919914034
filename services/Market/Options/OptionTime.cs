namespace StocksDapr.Market.Options;

/// <summary>How long a US equity option lives: to the close of regular trading on the day it expires, 16:00 in New York or earlier before some holidays.</summary>
public static class OptionTime
{
    private const double HoursInYear = 365 * 24;

    private static readonly TimeOnly RegularClose = new(16, 0);

    /// <summary>
    /// The instant at which trading in a contract ends, UTC. A contract whose expiry is not a session (the Saturdays in the symbols until 2015, a
    /// holiday) ends with the session before; of days that the calendar does not cover it is 16:00 in New York.
    /// </summary>
    public static DateTimeOffset ExpiresAt(DateOnly expiry, ExchangeCalendar calendar)
    {
        if (calendar.TryGetSession(expiry, out var session))
            return session.Close;
        return calendar.Covers(expiry) && calendar.PreviousSession(expiry) is { } before ? before.Close : NewYorkTime.ToInstant(expiry, RegularClose);
    }

    /// <summary>Years of 365 days from an instant to the end of a contract; 0 when it is over. Counted in instants: a change of the clocks is no hour of life.</summary>
    public static double YearsToExpiry(DateTimeOffset at, DateOnly expiry, ExchangeCalendar calendar) =>
        Math.Max((ExpiresAt(expiry, calendar) - at).TotalHours / HoursInYear, 0);
}
