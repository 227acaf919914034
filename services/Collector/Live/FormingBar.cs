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

    /// <summary>The trades are told once more from the beginning: the next one begins the bar anew, and without one it stands as it is.</summary>
    public bool IsToldAnew { get; set; }

    /// <summary>Trades were missed.</summary>
    public bool IsPartial { get; set; }

    public bool HasEnded { get; set; }

    /// <summary>A bar as another replica left it. What was traded until this one took over is missed.</summary>
    public static FormingBar Of(LiveBar earlier, DateTimeOffset end) =>
        new(earlier.Symbol, earlier.Interval, earlier.Start, end, new LiveTrade(earlier.Symbol, earlier.Start, earlier.Open, earlier.Volume))
        {
            _high = earlier.High,
            _low = earlier.Low,
            _close = earlier.Close,
            IsPartial = true,
        };

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

    public LiveBar ToMessage(DateTimeOffset now) => new(symbol, interval, start, _open, _high, _low, _close, _volume, now, IsPartial, HasEnded);
}
