using System.Runtime.CompilerServices;
using StocksDapr.Market;

namespace StocksDapr.Collector.Providers.Simulated;

/// <summary>The trades of the fictional companies as their clock goes by: those of the session so far at once, then each when it happens.</summary>
internal sealed class SimulatedTrades(SimulatedMarket market, SimulatedClock clock, ExchangeCalendar calendar) : ITradeStream
{
    /// <summary>Trades come in bundles, as over a connection: often enough to look alive, rarely enough to cost nothing.</summary>
    private static readonly TimeSpan Bundle = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    public string Name => "simulated";

    public int MaxStreamedSymbols => int.MaxValue;

    public bool ReplaysSession => true;

    public async IAsyncEnumerable<LiveTrade> StreamAsync(IReadOnlyList<string> symbols, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string[] known = [.. symbols.Where(market.Has)];
        var trades = new List<LiveTrade>();
        while (true)
        {
            Session session;
            while (!calendar.TryGetSessionAt(clock.GetUtcNow(), out session))
                await Task.Delay(LookEvery, clock, cancellationToken);

            for (var quarter = 0; quarter < session.BarCount(Interval.FifteenMinutes); quarter++)
            {
                trades.Clear();
                foreach (var symbol in known)
                    market.AddTrades(symbol, session, quarter, trades);
                trades.Sort(static (left, right) => left.At.CompareTo(right.At));
                foreach (var trade in trades)
                {
                    while (trade.At > clock.GetUtcNow())
                        await Task.Delay(Bundle, clock, cancellationToken);
                    cancellationToken.ThrowIfCancellationRequested();
                    yield return trade;
                }
            }

            // The last trade is a moment before the close.
            while (calendar.TryGetSessionAt(clock.GetUtcNow(), out var still) && still == session)
                await Task.Delay(LookEvery, clock, cancellationToken);
        }
    }
}
