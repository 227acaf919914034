using StocksDapr.Market;

namespace StocksDapr.Collector.Csv;

/// <summary>Tells the interval of a file's bars by the spacing of its first rows, symbol by symbol.</summary>
internal static class IntervalInference
{
    /// <summary>Steps that must be multiples of an intraday interval: thin symbols skip bars, hourly bars have half hours at the session's edges.</summary>
    private const double EnoughMultiples = 0.8;

    /// <summary>Share from which the commonest step is the file's step.</summary>
    private const double Dominant = 0.6;

    /// <summary>Steps from which weeks and months are told from days with gaps.</summary>
    private const int EnoughDateSteps = 3;

    /// <exception cref="UnreadableFileException">The rows do not tell, or contradict what was said.</exception>
    public static Interval Infer(RowSamples samples, Interval? said)
    {
        // Stooq says it in a column.
        said ??= FromPeriod(samples.Period);
        if (samples.Times.Count == 0)
            return said ?? Interval.OneDay;

        var steps = IntradaySteps(samples);
        if (steps.Count > 0)
            return FromSteps(steps, said);

        if (said is { IsIntraday: true } && !samples.Times.Values.SelectMany(times => times).Any(time => time.HasTime))
            throw Contradiction(said, "its rows have dates without a time of day");
        if (said is not null)
            return said;

        var dates = samples.Times.Values.Select(times => times.Select(time => time.Date.DayNumber).Distinct().Order().ToArray()).ToArray();
        var midnights = samples.Times.Values.SelectMany(times => times).All(time => time.Second <= 0);
        if (!midnights && dates.All(ofSymbol => ofSymbol.Length < 2))
            throw Unknown("The rows at its beginning are too few, or too far apart, to tell the length of a bar.");

        return FromDateSteps([.. dates.SelectMany(ofSymbol => ofSymbol.Zip(ofSymbol.Skip(1), (from, to) => to - from)).Order()]);
    }

    private static Interval? FromPeriod(string period) => period.ToUpperInvariant() switch
    {
        "D" => Interval.OneDay,
        "W" => Interval.OneWeek,
        "M" => Interval.OneMonth,
        _ => Interval.TryParse(period + "min", out var interval) ? interval : null,
    };

    /// <summary>Seconds between neighbouring bars of one symbol on one date.</summary>
    private static List<int> IntradaySteps(RowSamples samples)
    {
        var steps = new List<int>();
        foreach (var times in samples.Times.Values)
        {
            var ordered = times.Where(time => time.HasTime).Select(time => (time.Date.DayNumber, time.Second)).Distinct().Order().ToArray();
            for (var i = 1; i < ordered.Length; i++)
            {
                if (ordered[i].DayNumber == ordered[i - 1].DayNumber)
                    steps.Add(ordered[i].Second - ordered[i - 1].Second);
            }
        }

        return steps;
    }

    private static Interval FromSteps(List<int> steps, Interval? said)
    {
        var commonest = steps.GroupBy(step => step).OrderByDescending(group => group.Count()).ThenBy(group => group.Key).First();
        var dominant = commonest.Count() >= Dominant * steps.Count ? TimeSpan.FromSeconds(commonest.Key) : (TimeSpan?)null;
        if (said is not null)
        {
            if (!said.IsIntraday || dominant < said.Length)
                throw Contradiction(said, $"its rows are mostly {Minutes(commonest.Key)} apart");
            return said;
        }

        var intraday = Interval.All.Where(interval => interval.IsIntraday).ToArray();
        var fitting = intraday.LastOrDefault(
            interval => steps.Count(step => step % (int)interval.Length.TotalSeconds == 0) >= EnoughMultiples * steps.Count);
        if (fitting is null || (dominant is { } step && intraday.All(interval => interval.Length != step)))
            throw Unknown($"Its rows are mostly {Minutes(commonest.Key)} apart, which is no interval that is kept.");

        return fitting;
    }

    private static Interval FromDateSteps(int[] steps)
    {
        if (steps.Length < EnoughDateSteps)
            return Interval.OneDay;

        // Vendors name a week by its last session, so that a holiday shifts it by days.
        return (steps[0], steps[steps.Length / 2]) switch
        {
            ( >= 4, >= 6 and <= 8) => Interval.OneWeek,
            ( >= 25, >= 26 and <= 33) => Interval.OneMonth,
            _ => Interval.OneDay,
        };
    }

    private static string Minutes(int seconds) => seconds % 60 == 0 ? FormattableString.Invariant($"{seconds / 60} min") : FormattableString.Invariant($"{seconds} s");

    private static UnreadableFileException Unknown(string why) =>
        new("interval-unknown", $"{why} Say it with interval=, one of {string.Join(", ", Interval.All)}.");

    private static UnreadableFileException Contradiction(Interval said, string why) =>
        new("interval-contradicts", $"The file cannot hold bars of {said}: {why}. Say the right interval=, or leave it out.");
}
