using StocksDapr.Market;

namespace StocksDapr.Collector.Providers.Vendors;

/// <summary>
/// Tells from the distances between its bars whether an answer is of another interval than was asked, for vendors that do not say of which it is: five-minute
/// bars that are really of one minute look right one by one, as weekly ones do that are taken for daily. A struct to be kept in one place.
/// </summary>
/// <remarks>
/// Single bars off the grid, such as the price of the moment, prove nothing, and neither do holes: it takes several bars too close together, or many of which
/// none is as close as bars of the interval are.
/// </remarks>
internal struct BarSpacing
{
    private const int FewGaps = 3;
    private const int ManyGaps = 11;

    /// <summary>Days that some vendors name by midnight of UTC and some by New York's stand no closer than this.</summary>
    private static readonly TimeSpan ShortestDay = TimeSpan.FromHours(12);

    /// <summary>Most bars that follow one another are of the same week, or of Friday and Monday, whatever the holidays.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromDays(5);

    private DateTimeOffset? _last;
    private long _commonTicks;
    private int _gaps;
    private int _closeGaps;
    private int _longGaps;

    /// <summary>Takes in the next bar of the answer, whether or not it was asked for.</summary>
    public void Add(DateTimeOffset start, Interval interval)
    {
        var gap = _last is { } last ? Math.Abs(start.UtcTicks - last.UtcTicks) : 0;
        _last = start;
        if (gap == 0)
            return;

        _commonTicks = CommonDivisor(gap, _commonTicks);
        _gaps++;
        if (gap < (interval.IsIntraday ? interval.Length : ShortestDay).Ticks)
            _closeGaps++;
        if (gap >= LongestPause.Ticks)
            _longGaps++;
    }

    /// <summary>Whether the bars that were taken in cannot be of the interval.</summary>
    public readonly bool IsNotOf(Interval interval)
    {
        if (_gaps >= FewGaps && _closeGaps * 3 > _gaps)
            return true;
        return interval.IsIntraday
            ? _gaps >= ManyGaps && _commonTicks > interval.Length.Ticks
            : _gaps >= FewGaps + 2 && _longGaps * 2 > _gaps;
    }

    private static long CommonDivisor(long one, long other)
    {
        while (other != 0)
            (one, other) = (other, one % other);
        return one;
    }
}
