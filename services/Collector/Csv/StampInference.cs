using StocksDapr.Market;

namespace StocksDapr.Collector.Csv;

/// <summary>
/// Tells whether a file names its intraday bars by their start or by their end, by how they lie in the trading day. The day of a US
/// symbol runs from 09:30 to 16:00 New York time, with extended hours from 04:00 to 20:00. On each day of each symbol the first bar
/// and the last bar vote: at an opening (09:30, 04:00), or one interval before a close, for the start; at a close (16:00, 20:00), or
/// one interval after an opening, for the end. More votes for the end than for the start make it the end.
/// </summary>
internal static class StampInference
{
    private const int Open = (9 * 60) + 30;
    private const int Close = 16 * 60;
    private const int ExtendedOpen = 4 * 60;
    private const int ExtendedClose = 20 * 60;

    /// <param name="samples">The first rows of the file.</param>
    /// <param name="interval">The interval of its bars; one of a day or longer has no stamp.</param>
    public static BarStamp Infer(RowSamples samples, Interval interval)
    {
        var length = (int)interval.Length.TotalMinutes;
        var votes = 0;
        foreach (var times in samples.Times.Values)
        {
            foreach (var day in times.Select(NewYorkMinute).OfType<(DateOnly Date, int Minute)>().GroupBy(bar => bar.Date, bar => bar.Minute))
            {
                var first = day.Min();
                var last = day.Max();
                votes += first is Open or ExtendedOpen ? -1 : first == Open + length || first == ExtendedOpen + length ? 1 : 0;
                votes += last is Close or ExtendedClose ? 1 : last == Close - length || last == ExtendedClose - length ? -1 : 0;
            }
        }

        return votes > 0 ? BarStamp.End : BarStamp.Start;
    }

    /// <summary>Whether the hours of the regular session are counted from 09:30 rather than on the hour.</summary>
    public static bool HoursFollowSession(RowSamples samples, Interval interval)
    {
        if (interval != Interval.OneHour)
            return false;

        var balance = 0;
        foreach (var (_, minute) in samples.Times.Values.SelectMany(times => times).Select(NewYorkMinute).OfType<(DateOnly, int Minute)>())
        {
            if (minute is > Open and < Close)
                balance += (minute % 60) switch { 30 => 1, 0 => -1, _ => 0 };
        }

        return balance > 0;
    }

    /// <summary>The minute of the day in New York; null without a time, or with the offset of another exchange.</summary>
    private static (DateOnly Date, int Minute)? NewYorkMinute(WrittenTime time)
    {
        if (!time.HasTime)
            return null;
        if (!time.HasOffset)
            return (time.Date, time.Second / 60);

        var local = NewYorkTime.FromInstant(new DateTimeOffset(time.UtcTicks, TimeSpan.Zero));
        return time.OffsetMinutes == 0 || time.OffsetMinutes == (int)local.Offset.TotalMinutes
            ? (DateOnly.FromDateTime(local.DateTime), (local.Hour * 60) + local.Minute)
            : null;
    }
}
