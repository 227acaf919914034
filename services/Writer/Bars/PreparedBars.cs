using StocksDapr.Contracts.Messages;
using StocksDapr.Market;
using StocksDapr.Writer.Storage;

namespace StocksDapr.Writer.Bars;

/// <summary>
/// A message ready to be stored: bars strictly ascending and storable. Processor delivers them so; whatever is not so all the
/// same ends in quarantine or as a repetition, never as an error that would hold up the message or lose a count.
/// </summary>
internal sealed class PreparedBars
{
    public const string ConflictRule = "conflicting-duplicate";
    public const string StartRule = "start-out-of-range";
    public const string SessionDateRule = "start-not-a-date";
    public const int FirstYear = 1970;
    public const int LastYear = 2100;

    private PreparedBars(CleanBars message, Bar[] bars, long[] starts, IReadOnlyList<QuarantinedBar> quarantined, int repeated)
    {
        Message = message;
        Bars = bars;
        Starts = starts;
        Quarantined = quarantined;
        Repeated = repeated;
        FetchedAt = PgTime.From(message.Provenance.FetchedAt);
    }

    public CleanBars Message { get; }

    public string Symbol => Message.Symbol;

    public Interval Interval => Message.Interval;

    /// <summary>Strictly ascending by start.</summary>
    public Bar[] Bars { get; }

    /// <summary>The starts of <see cref="Bars"/> as <see cref="PgTime"/>.</summary>
    public long[] Starts { get; }

    /// <summary>What Processor quarantined and what is found unstorable here.</summary>
    public IReadOnlyList<QuarantinedBar> Quarantined { get; }

    public int Repeated { get; }

    public long FetchedAt { get; }

    public int Received => Message.Bars.Count + Message.Quarantined.Count + Message.Repeated;

    public static PreparedBars From(CleanBars message)
    {
        var bars = new Bar[message.Bars.Count];
        var starts = new long[message.Bars.Count];
        var count = 0;
        List<QuarantinedBar>? quarantined = null;
        var ascending = true;
        foreach (var bar in message.Bars)
        {
            if (Unstorable(bar, message.Interval) is { } reason)
            {
                (quarantined ??= [.. message.Quarantined]).Add(reason);
                continue;
            }

            bars[count] = bar;
            starts[count] = PgTime.From(bar.Start);
            ascending &= count == 0 || starts[count] > starts[count - 1];
            count++;
        }

        Array.Resize(ref bars, count);
        Array.Resize(ref starts, count);
        var repeated = message.Repeated;
        if (!ascending)
            Disentangle(ref bars, ref starts, ref repeated, quarantined ??= [.. message.Quarantined]);

        return new PreparedBars(message, bars, starts, quarantined ?? message.Quarantined, repeated);
    }

    public static QuarantinedBar Conflict(Bar bar) => new(
        ConflictRule, "Another bar with the same start and different values came from the same fetch; that one was kept.", Raw(bar));

    private static QuarantinedBar? Unstorable(Bar bar, Interval interval)
    {
        if (bar.Start.UtcDateTime.Year is < FirstYear or > LastYear)
            return new QuarantinedBar(StartRule, $"A bar starts in the years {FirstYear} to {LastYear}.", Raw(bar));
        if (!interval.IsIntraday && bar.Start.UtcDateTime.TimeOfDay != TimeSpan.Zero)
            return new QuarantinedBar(SessionDateRule, $"A bar of {interval} is named by a session date.", Raw(bar));
        return null;
    }

    private static void Disentangle(ref Bar[] bars, ref long[] starts, ref int repeated, List<QuarantinedBar> quarantined)
    {
        // A stable order, so that of several bars with one start it is always the first that stays.
        var order = Enumerable.Range(0, starts.Length).ToArray();
        var keys = starts;
        Array.Sort(order, (left, right) => keys[left] != keys[right] ? keys[left].CompareTo(keys[right]) : left.CompareTo(right));
        var sortedBars = new List<Bar>(bars.Length);
        var sortedStarts = new List<long>(bars.Length);
        foreach (var index in order)
        {
            if (sortedStarts.Count == 0 || sortedStarts[^1] != starts[index])
            {
                sortedBars.Add(bars[index]);
                sortedStarts.Add(starts[index]);
            }
            else if (sortedBars[^1] == bars[index])
            {
                repeated++;
            }
            else
            {
                quarantined.Add(Conflict(bars[index]));
            }
        }

        bars = [.. sortedBars];
        starts = [.. sortedStarts];
    }

    private static RawBar Raw(Bar bar) => new(bar.Start, bar.Open, bar.High, bar.Low, bar.Close, bar.Volume);
}
