using StocksDapr.Collector.Providers;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Live;

/// <summary>
/// A bar as far as its trades are known. Trades may come in any order: the open is the price of the earliest, the close that of the latest; of several at one
/// instant the first to come opens and the last to come closes.
/// </summary>
internal sealed class FormingBar(string symbol, Interval interval, DateTimeOffset start, DateTimeOffset end, in LiveTrade first)
{
    private DateTimeOffset _openedAt = first.At;
    private DateTimeOffset _closedAt = first.At;
    private double _open = first.Price;
    private double _high = first.Price;
    private double _low = first.Price;
    private double _close = first.Price;
    private long _volume = first.Volume;

    public (string, Interval, DateTimeOffset) Key => (symbol, interval, start);

    public DateTimeOffset Start => start;

    /// <summary>From when on the interval is over.</summary>
    public DateTimeOffset End => end;

    /// <summary>Trades were missed.</summary>
    public bool IsPartial { get; set; }

    public bool HasEnded { get; set; }

    public void Add(in LiveTrade trade)
    {
        if (trade.At < _openedAt)
            (_openedAt, _open) = (trade.At, trade.Price);
        if (trade.At >= _closedAt)
            (_closedAt, _close) = (trade.At, trade.Price);
        _high = Math.Max(_high, trade.Price);
        _low = Math.Min(_low, trade.Price);
        _volume += trade.Volume;
    }

    /// <summary>Puts what another replica knew before what is known here.</summary>
    public void AddBefore(LiveBar earlier)
    {
        (_openedAt, _open) = (start, earlier.Open);
        _high = Math.Max(_high, earlier.High);
        _low = Math.Min(_low, earlier.Low);
        _volume += earlier.Volume;
        IsPartial = true;
    }

    public LiveBar ToMessage(DateTimeOffset now) => new(symbol, interval, start, _open, _high, _low, _close, _volume, now, IsPartial, HasEnded);
}
