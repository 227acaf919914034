using StocksDapr.Collector.Providers.Vendors;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Providers.Yahoo;

/// <summary>
/// Makes raw bars and actions of a chart: prices in the main unit of the currency and as they were traded, times of the regular session, nothing of the
/// moment. The provider divides prices (and dividends) by all later splits.
/// </summary>
internal static class YahooBars
{
    /// <summary>The bars of a chart that were asked for, ascending.</summary>
    /// <param name="chart">What the provider answered.</param>
    /// <param name="splits">All splits since the first of the bars.</param>
    /// <param name="request">What was asked.</param>
    /// <param name="now">When, UTC.</param>
    /// <remarks>
    /// A bar without any price is none: the provider fills its columns with nulls where there was no trade, on holidays and now and then by mistake. A bar
    /// with some of its values keeps those. Of a day under way there may be two rows, its beginning and the price of the moment; of a day that has ended the
    /// second is dropped.
    /// </remarks>
    public static IReadOnlyList<RawBar> Of(YahooChart chart, SplitHistory splits, BarsRequest request, DateTimeOffset now)
    {
        var instrument = chart.Instrument;
        var bars = new List<RawBar>(chart.Count);
        for (var i = 0; i < chart.Count; i++)
        {
            var at = chart.TimeOf(i);
            var day = instrument.DateAt(at);
            if (StartOf(instrument, request.Interval, at, day, now) is not { } start || start < request.From || start > request.To)
                continue;

            var (open, high, low, close, volume) = chart.ValuesOf(i);
            if (open.IsMissing && high.IsMissing && low.IsMissing && close.IsMissing)
                continue;
            if (!request.Interval.IsIntraday && bars.Count > 0 && bars[^1].Start == start)
                continue;

            var bar = new RawBar(
                start, MainUnit(open), MainUnit(high), MainUnit(low), MainUnit(close), instrument.HasNoVolume && volume.Number == 0 ? default : volume);
            bars.Add(splits.Unadjust(bar, day));
        }

        return AskedBars.Ascending(bars);

        RawValue MainUnit(RawValue price) => instrument.InMainUnit(price);
    }

    /// <summary>The splits of a chart, to take the provider's adjustment out with.</summary>
    public static SplitHistory Splits(YahooChart chart, DateTimeOffset now) => new(
        chart.Events.Where(item => item.Kind == CorporateActionKind.Split)
            .Select(item => new CorporateAction(item.Kind, chart.Instrument.DateAt(item.At), item.Value)),
        chart.Instrument.DateAt(now.ToUnixTimeSeconds()));

    /// <summary>Splits and dividends of a chart with an ex-date in a range, dividends as they were paid. The chart must reach up to now.</summary>
    public static IReadOnlyList<CorporateAction> Actions(YahooChart chart, DateOnly from, DateOnly to, DateTimeOffset now)
    {
        var splits = Splits(chart, now);
        var actions = new List<CorporateAction>();
        foreach (var (at, kind, value) in chart.Events)
        {
            var day = chart.Instrument.DateAt(at);
            if (day >= from && day <= to)
            {
                actions.Add(new CorporateAction(
                    kind, day, kind == CorporateActionKind.Split ? value : splits.Unadjust(chart.Instrument.InMainUnit(value).Number ?? value, day)));
            }
        }

        return [.. actions.OrderBy(action => action.ExDate)];
    }

    /// <summary>By what a bar is named; null for one that has not ended, is outside of the session, or is the price of the moment.</summary>
    private static DateTimeOffset? StartOf(YahooInstrument instrument, Interval interval, long at, DateOnly day, DateTimeOffset now) => interval.IsIntraday
        ? instrument.HasEndedBar(interval, at, now) ? DateTimeOffset.FromUnixTimeSeconds(at) : null
        : instrument.HasEnded(day, now) ? VendorJson.DayStart(day) : null;
}
