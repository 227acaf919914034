namespace StocksDapr.Collector.Csv;

/// <summary>A date and, where there is one, a time of day and an offset, exactly as a file has them: no time zone applied yet.</summary>
/// <param name="Date">The date as written.</param>
/// <param name="Second">Seconds since midnight as written (86,400 for <c>24:00</c>); -1 when there is no time part.</param>
/// <param name="OffsetMinutes">Minutes east of UTC as written; <see cref="NoOffset"/> when there is none.</param>
internal readonly record struct WrittenTime(DateOnly Date, int Second, int OffsetMinutes)
{
    public const int NoOffset = int.MinValue;

    public bool HasTime => Second >= 0;

    public bool HasOffset => OffsetMinutes != NoOffset;

    /// <summary>The instant that the offset says, in UTC ticks; only meaningful with an offset.</summary>
    public long UtcTicks =>
        Date.ToDateTime(TimeOnly.MinValue).Ticks + (Math.Max(Second, 0) * TimeSpan.TicksPerSecond) - (OffsetMinutes * TimeSpan.TicksPerMinute);
}
