using StocksDapr.Contracts.Json;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;
using StocksDapr.Processor.Rules;

namespace StocksDapr.Processor.Cleaning;

/// <summary>
/// Turns what a provider said into what may be stored. Every bar of the raw message ends in exactly one place: among the bars, in quarantine with
/// the rule that it broke and its original values, or counted as a repetition of a bar with the same values. Nothing is repaired.
/// </summary>
internal sealed class Cleaner(ExchangeCalendar calendar)
{
    /// <summary>Two bars of one message have the same start and other values: which one is right cannot be told, the first stays.</summary>
    public const string ConflictingDuplicate = "conflicting-duplicate";

    /// <summary>The message was neither ascending nor descending in time.</summary>
    public const string OutOfOrder = "out-of-order";

    /// <summary>In order: the later ones rely on what the earlier ones made sure.</summary>
    private readonly IBarRule[] _rules =
    [
        new ValuesAreNumbers(),
        new PricesInRange(),
        new VolumeIsACount(),
        new HighAndLowEncloseTheRest(),
        new TimeIsPossible(),
        new StartsInASession(calendar),
    ];

    public CleanBars Clean(RawBars raw)
    {
        var subject = new BarSubject(raw.Symbol, raw.Interval, raw.Provenance.FetchedAt);
        var bars = new List<Bar>(raw.Bars.Count);
        var sources = new List<int>(raw.Bars.Count);
        var quarantined = new List<QuarantinedBar>();
        var order = new TimeOrder();
        for (var i = 0; i < raw.Bars.Count; i++)
        {
            var bar = raw.Bars[i];
            order.Add(bar.Start);
            if (Judge(bar, subject) is { } broken)
            {
                quarantined.Add(broken);
                continue;
            }

            bars.Add(ToBar(bar));
            sources.Add(i);
        }

        if (order.IsDescending)
        {
            bars.Reverse();
            sources.Reverse();
        }

        var repeated = order.IsStrict ? 0 : SortAndSettleDuplicates(raw, bars, sources, quarantined);
        var findings = order.IsMonotone
            ? []
            : new List<Finding> { new(OutOfOrder, order.FirstBreak, $"{raw.Symbol} {raw.Interval}: the bars came neither oldest nor newest first.") };
        return new CleanBars(raw.Symbol, raw.Interval, raw.Provenance, bars, quarantined, findings) { Repeated = repeated };
    }

    /// <summary>The rule that comes first names the quarantine; what else is wrong is said in the detail.</summary>
    private QuarantinedBar? Judge(in RawBar bar, in BarSubject subject)
    {
        Violation? first = null;
        string? detail = null;
        foreach (var rule in _rules)
        {
            if (rule.Check(bar, subject) is not { } violation)
                continue;

            detail = first is null ? violation.Detail : $"{detail} {violation.Detail}";
            first ??= violation;
            if (rule is ValuesAreNumbers)
                break;
        }

        return first is null ? null : new QuarantinedBar(first.Rule, detail!, bar);
    }

    private static Bar ToBar(in RawBar bar)
    {
        bar.Open.TryGetNumber(out var open);
        bar.High.TryGetNumber(out var high);
        bar.Low.TryGetNumber(out var low);
        bar.Close.TryGetNumber(out var close);
        bar.Volume.TryGetNumber(out var volume);
        return new Bar(bar.Start, open, high, low, close, (long)volume);
    }

    /// <summary>Leaves the bars ascending, each start once; returns how many were mere repetitions.</summary>
    private static int SortAndSettleDuplicates(RawBars raw, List<Bar> bars, List<int> sources, List<QuarantinedBar> quarantined)
    {
        var order = new int[bars.Count];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;

        // Equal starts stay in the order in which they were said, so that "the first stays" is the same on every delivery.
        Array.Sort(order, (a, b) => bars[a].Start.CompareTo(bars[b].Start) is var byStart and not 0 ? byStart : sources[a].CompareTo(sources[b]));

        var kept = new List<Bar>(bars.Count);
        var repeated = 0;
        foreach (var index in order)
        {
            var bar = bars[index];
            if (kept.Count == 0 || kept[^1].Start != bar.Start)
            {
                kept.Add(bar);
            }
            else if (kept[^1] == bar)
            {
                repeated++;
            }
            else
            {
                quarantined.Add(new QuarantinedBar(
                    ConflictingDuplicate, $"{BarTime.ToText(bar.Start, raw.Interval)} was there before with other values.", raw.Bars[sources[index]]));
            }
        }

        bars.Clear();
        bars.AddRange(kept);
        return repeated;
    }
}
