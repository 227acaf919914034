using System.Text.Json;
using StocksDapr.Collector.Csv;
using StocksDapr.Collector.Providers.Vendors;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Providers.AlphaVantage;

/// <summary>A row of a time series: local time, prices as text or numbers, and, where the series is an adjusted one, the actions of the day.</summary>
internal struct SeriesRow
{
    public DateTime Time;
    public RawValue Open;
    public RawValue High;
    public RawValue Low;
    public RawValue Close;
    public RawValue Volume;
    public RawValue Dividend;
    public RawValue Split;
    public bool HasPrice;

    /// <remarks>"adjusted close" is adjusted for dividends too and is passed over: nothing raw can be had from it.</remarks>
    public static void Take(ref SeriesRow row, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (name.SequenceEqual("timestamp"u8))
            row.Time = TimeOf(value);
        else if (name.SequenceEqual("open"u8))
            (row.Open, row.HasPrice) = (Number(value), true);
        else if (name.SequenceEqual("high"u8))
            (row.High, row.HasPrice) = (Number(value), true);
        else if (name.SequenceEqual("low"u8))
            (row.Low, row.HasPrice) = (Number(value), true);
        else if (name.SequenceEqual("close"u8))
            (row.Close, row.HasPrice) = (Number(value), true);
        else if (name.SequenceEqual("volume"u8))
            row.Volume = Number(value);
        else if (name.SequenceEqual("dividend_amount"u8))
            row.Dividend = Number(value);
        else if (name.SequenceEqual("split_coefficient"u8))
            row.Split = Number(value);
    }

    private static RawValue Number(ReadOnlySpan<byte> value) => NumberText.Read(value, commaDelimited: true);

    private static DateTime TimeOf(ReadOnlySpan<byte> text) => VendorJson.TryReadLocalTime(text, out var date, out var time)
        ? date.ToDateTime(time)
        : throw new JsonException("A bar's time is not written as yyyy-MM-dd or yyyy-MM-dd HH:mm:ss.");
}

/// <summary>Makes bars and actions of the rows of a time series.</summary>
internal static class AlphaVantageSeries
{
    /// <summary>Post-market trading ends and pre-market trading begins, New York time (the provider's documentation of <c>extended_hours</c>).</summary>
    private static readonly TimeSpan LastTrade = TimeSpan.FromHours(20);
    private static readonly TimeSpan FirstTrade = TimeSpan.FromHours(4);

    /// <summary>The rows of a series of an interval.</summary>
    /// <remarks>Weekly, monthly and currencies' series look the same but for their name; as CSV they have none, and the distances of their rows tell.</remarks>
    /// <exception cref="JsonException">The answer is no series, of another symbol or interval, or in another time zone than New York's.</exception>
    public static List<SeriesRow> Read(ReadOnlyMemory<byte> body, string symbol, Interval interval)
    {
        var table = AlphaVantageTable<SeriesRow>.Read(body, SeriesRow.Take, "timestamp", "open", "high", "low", "close");
        var spacing = default(BarSpacing);
        foreach (var row in table.Rows)
        {
            if (row.Time == default || !row.HasPrice)
                throw new JsonException("A bar has no time or no price.");
            spacing.Add(new DateTimeOffset(row.Time, TimeSpan.Zero), interval);
        }

        if (table.Symbol is { } named && !EchoedSymbol.IsSame(named, symbol))
            throw new JsonException("The answer is of another symbol than was asked.");
        if ((table.Series is { } series && series != $"Time Series ({(interval.IsIntraday ? interval.Code : "Daily")})") || spacing.IsNotOf(interval))
            throw new JsonException("The answer is of another interval than was asked.");
        if (table.TimeZone is { } zone && zone is not ("US/Eastern" or "America/New_York" or "EST" or "US/Eastern Time"))
            throw new JsonException("The times are not New York's.");
        return table.Rows;
    }

    /// <summary>Daily bars: the date of the row names the session, though the newest one of a session under way may carry a time of day as well.</summary>
    public static IReadOnlyList<RawBar> DailyBars(List<SeriesRow> rows, BarsWindow window)
    {
        var bars = new List<RawBar>(rows.Count);
        foreach (var row in rows)
        {
            var start = new DateTimeOffset(row.Time.Date, TimeSpan.Zero);
            if (window.Holds(start))
                bars.Add(new RawBar(start, row.Open, row.High, row.Low, row.Close, row.Volume));
        }

        return AskedBars.Ascending(bars);
    }

    /// <summary>Bars of a month's parts of a day, from New York's clock to UTC and from the end of the interval to its start, where the rows are named by that.</summary>
    /// <exception cref="JsonException">The rows are of other months, as when the provider passes over which one was asked.</exception>
    public static IReadOnlyList<RawBar> IntradayBars(List<SeriesRow> rows, BarsWindow window, DateOnly month)
    {
        var ofMonth = rows.FindAll(row => row.Time.Year == month.Year && row.Time.Month == month.Month);
        if (rows.Count > 0 && ofMonth.Count == 0)
            throw new JsonException("The answer is of another month than was asked.");

        var bars = new List<RawBar>(ofMonth.Count);
        var shift = AreNamedByTheEnd(rows, window.Interval) ? window.Interval.Length : TimeSpan.Zero;
        foreach (var row in ofMonth)
        {
            var start = NewYorkTime.ToInstant(DateOnly.FromDateTime(row.Time), TimeOnly.FromDateTime(row.Time)) - shift;
            if (window.Holds(start) && RegularSession.HasBar(window.Interval, start))
                bars.Add(new RawBar(start, row.Open, row.High, row.Low, row.Close, row.Volume));
        }

        return AskedBars.Ascending(bars);
    }

    /// <summary>Splits and dividends of the days of an adjusted series; most days have none, which the series says with 1 and 0.</summary>
    public static IReadOnlyList<CorporateAction> Actions(List<SeriesRow> rows, DateOnly from, DateOnly to)
    {
        var actions = new List<CorporateAction>();
        foreach (var row in rows)
        {
            var date = DateOnly.FromDateTime(row.Time);
            if (date < from || date > to)
                continue;
            if (row.Split.IsMissing || row.Dividend.IsMissing)
                throw new JsonException("The series does not tell splits and dividends.");
            if (row.Split.Number is > 0 and not 1 and var ratio)
                actions.Add(new CorporateAction(CorporateActionKind.Split, date, ratio));
            if (row.Dividend.Number is > 0 and var amount)
                actions.Add(new CorporateAction(CorporateActionKind.Dividend, date, amount));
        }

        return [.. actions.OrderBy(action => action.ExDate)];
    }

    /// <summary>
    /// Until 2023 the provider named a bar by its end (09:35 to 16:00, 04:05 to 20:00 with extended hours), since then by its start, and says neither. A row at
    /// 20:00 is named by the end of post-market trading, one at 04:00 by the beginning of pre-market trading. Where neither is there, the opening auction
    /// tells: many times the volume of any pre-market bar, it is in the first bar that is named after the opening, or in the one that is named by it.
    /// </summary>
    internal static bool AreNamedByTheEnd(List<SeriesRow> rows, Interval interval)
    {
        double namedByTheOpening = 0, namedAfterIt = 0;
        var hasClose = false;
        foreach (var row in rows)
        {
            if (row.Time.TimeOfDay == LastTrade)
                return true;
            if (row.Time.TimeOfDay == FirstTrade)
                return false;

            var date = DateOnly.FromDateTime(row.Time);
            if (!ExchangeCalendar.UsEquities.TryGetSession(date, out var session))
                continue;

            var at = NewYorkTime.ToInstant(date, TimeOnly.FromDateTime(row.Time));
            hasClose |= at == session.Close;
            if (at == session.Open)
                namedByTheOpening += row.Volume.Number ?? 0;
            else if (at == session.Open + interval.Length)
                namedAfterIt += row.Volume.Number ?? 0;
        }

        return hasClose && namedByTheOpening < namedAfterIt / 4;
    }
}
