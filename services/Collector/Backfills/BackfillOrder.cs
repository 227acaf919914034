using StocksDapr.Collector.Parts;
using StocksDapr.Market;

namespace StocksDapr.Collector.Backfills;

/// <summary>The input of <see cref="RunBackfill"/>.</summary>
/// <param name="Ticket">Names the attempt to schedule it.</param>
/// <param name="Provider">Whom it was asked of: a provider, or a market, whose providers fill in for one another.</param>
/// <param name="Market">The market.</param>
/// <param name="Providers">Who is asked, the first one first.</param>
/// <param name="Interval">The interval.</param>
/// <param name="Symbols">Each once.</param>
/// <param name="From">First session date.</param>
/// <param name="To">Last session date.</param>
/// <param name="Ranges">The range, cut into what the first provider gives in one answer; ascending.</param>
/// <param name="SymbolsPerPart">How many symbols the first provider takes in one request.</param>
/// <param name="Patience">How patiently to ask again.</param>
internal sealed record BackfillOrder(
    string Ticket,
    string Provider,
    string Market,
    IReadOnlyList<string> Providers,
    Interval Interval,
    IReadOnlyList<string> Symbols,
    DateOnly From,
    DateOnly To,
    IReadOnlyList<BackfillRange> Ranges,
    int SymbolsPerPart,
    PartPatience Patience)
{
    /// <summary>How far earlier generations of the workflow have come.</summary>
    public BackfillProgress Progress { get; init; } = new(0, 0, 0);

    public int Groups => (Symbols.Count + SymbolsPerPart - 1) / SymbolsPerPart;

    /// <summary>A part is a range for a group of symbols.</summary>
    public int Parts => Ranges.Count * Groups;

    /// <summary>Part number <paramref name="index"/>, from 0: the same whenever it is asked for.</summary>
    public CollectPart Part(string runId, int index)
    {
        var (range, group) = (Ranges[index / Groups], index % Groups);
        var symbols = Symbols.Skip(group * SymbolsPerPart).Take(SymbolsPerPart).ToList();
        return new CollectPart(
            runId, $"part-{index}", index + 1, $"Part {index + 1} of {Parts}: {range.From.UtcDateTime:yyyy-MM-dd} to {range.To.UtcDateTime:yyyy-MM-dd}, {symbols.Count} symbols", Market, Providers,
            Interval, range.From, range.To, [.. symbols.Select((symbol, place) => new PartSymbol(symbol, (index * SymbolsPerPart) + place))], PartLane.History)
        {
            HoldsOut = true,
        };
    }
}

/// <summary>Starts of the first and the last bar, UTC.</summary>
internal sealed record BackfillRange(DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>Cuts the sessions of a range so that no piece has more bars of a symbol than the provider gives in one answer.</summary>
    public static IReadOnlyList<BackfillRange> Cut(ExchangeCalendar calendar, Interval interval, DateOnly from, DateOnly to, int maxBars)
    {
        var ranges = new List<BackfillRange>();
        var bars = 0;
        Session? first = null, last = null;
        foreach (var session in calendar.SessionsBetween(from, to))
        {
            var more = session.BarCount(interval);
            if (first is not null && bars + more > maxBars)
            {
                ranges.Add(Of(first.Value, last!.Value, interval));
                (first, bars) = (null, 0);
            }

            first ??= session;
            last = session;
            bars += more;
        }

        if (first is not null)
            ranges.Add(Of(first.Value, last!.Value, interval));
        return ranges;
    }

    private static BackfillRange Of(Session first, Session last, Interval interval) =>
        new(first.BarStart(interval, 0), last.BarStart(interval, last.BarCount(interval) - 1));
}

/// <param name="Done">Parts that have ended.</param>
/// <param name="Lacking">Parts of them that lack something.</param>
/// <param name="Bars">Bars that the provider answered.</param>
internal sealed record BackfillProgress(int Done, int Lacking, long Bars);

/// <summary>What a backfill's workflow shows of itself.</summary>
internal sealed record BackfillStatus(int Done, int Total);
