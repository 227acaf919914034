using StocksDapr.Collector.Providers;

namespace StocksDapr.Collector.Live;

/// <summary>
/// Recognises trades that a vendor says again after a reconnection. Within a connection nothing comes twice, and equal trades in one millisecond are common; so
/// only right after a reconnection is a trade that equals one of the last before it taken for the same, and each of those once.
/// </summary>
internal sealed class TradeRepetition
{
    private const int Remembered = 64;

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, Queue<LiveTrade>> _last = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<LiveTrade>> _before = new(StringComparer.Ordinal);
    private DateTimeOffset _until;

    /// <summary>A new connection begins.</summary>
    public void Begin(DateTimeOffset now)
    {
        _before.Clear();
        foreach (var (symbol, trades) in _last)
            _before.Add(symbol, [.. trades]);
        _until = now + Window;
    }

    public bool IsRepeated(in LiveTrade trade, DateTimeOffset now)
    {
        if (now < _until && _before.TryGetValue(trade.Symbol, out var before) && before.Remove(trade))
            return true;

        if (!_last.TryGetValue(trade.Symbol, out var last))
            _last.Add(trade.Symbol, last = new Queue<LiveTrade>(Remembered));
        if (last.Count == Remembered)
            last.Dequeue();
        last.Enqueue(trade);
        return false;
    }
}
