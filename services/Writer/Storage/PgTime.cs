namespace StocksDapr.Writer.Storage;

/// <summary>
/// An instant as PostgreSQL holds it: microseconds since 2000-01-01 00:00 UTC. Comparing in the database's own precision keeps
/// a value from differing from itself after it was stored.
/// </summary>
internal static class PgTime
{
    private static readonly long EpochTicks = new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;

    /// <summary>The instant, cut to whole microseconds (towards the past).</summary>
    public static long From(DateTimeOffset instant) => Floor(instant.UtcTicks - EpochTicks, TimeSpan.TicksPerMicrosecond);

    public static DateTimeOffset ToInstant(long micros) => new(EpochTicks + (micros * TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);

    public static long ToUnixSeconds(long micros) => ToInstant(micros).ToUnixTimeSeconds();

    public static int Year(long micros) => ToInstant(micros).Year;

    private static long Floor(long value, long divisor)
    {
        var (quotient, remainder) = Math.DivRem(value, divisor);
        return remainder < 0 ? quotient - 1 : quotient;
    }
}
