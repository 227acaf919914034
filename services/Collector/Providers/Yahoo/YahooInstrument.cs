using System.Text.Json;
using StocksDapr.Collector.Providers.Vendors;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Providers.Yahoo;

/// <summary>What Yahoo says of an instrument beside its bars (<c>meta</c>): currency, time zone, trading periods, the state of the session.</summary>
internal sealed class YahooInstrument
{
    private const string NewYork = "America/New_York";

    private readonly TimeSpan _offset;
    private readonly TimeZoneInfo? _zone;
    private readonly bool _tellsAllSessions;

    private YahooInstrument(JsonElement meta)
    {
        Symbol = Text(meta, "symbol") ?? throw new JsonException("The answer names no symbol.");
        (Currency, PricesPerUnit) = MainUnit(Text(meta, "currency"));
        Type = Text(meta, "instrumentType") ?? "";
        Granularity = Text(meta, "dataGranularity");
        IsNewYork = Text(meta, "exchangeTimezoneName") is NewYork or "US/Eastern";
        if (!IsNewYork && Text(meta, "exchangeTimezoneName") is { } zone && TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found))
            _zone = found;
        _offset = TimeSpan.FromSeconds(Number(meta, "gmtoffset") is > -86_400 and < 86_400 and var seconds ? seconds : 0);
        LastPrice = Price(meta, "regularMarketPrice");
        LastTradeAt = VendorJson.UnixTime(Number(meta, "regularMarketTime"));
        DayHigh = Price(meta, "regularMarketDayHigh");
        DayLow = Price(meta, "regularMarketDayLow");
        DayVolume = VendorJson.Shares(Number(meta, "regularMarketVolume"));
        PreviousClose = Price(meta, "previousClose") ?? Price(meta, "chartPreviousClose");
        if (meta.TryGetProperty("tradingPeriods", out var periods))
            Collect(periods, Sessions);
        _tellsAllSessions = Sessions.Count > 0;
        if (meta.TryGetProperty("currentTradingPeriod", out var current) && current.ValueKind == JsonValueKind.Object && current.TryGetProperty("regular", out var regular))
            Collect(regular, Sessions);
    }

    public string Symbol { get; }

    /// <summary>ISO 4217, the main unit also where the provider quotes in hundredths of it; null when it does not say.</summary>
    public string? Currency { get; }

    /// <summary>
    /// By what prices are divided to be in <see cref="Currency"/>: 100 for GBp and GBX (pence), ZAc, ZAC and USX (cents) and ILA (agorot), 1000 for KWF (fils),
    /// else 1. Bars and dividends are handed on in the main unit, as every other provider says them.
    /// </summary>
    public int PricesPerUnit { get; }

    /// <summary>As the provider says it: EQUITY, ETF, INDEX, MUTUALFUND, CURRENCY, CRYPTOCURRENCY, FUTURE.</summary>
    public string Type { get; }

    /// <summary>The interval of the bars, in the provider's spelling; null when it does not say.</summary>
    public string? Granularity { get; }

    /// <summary>Trades in the sessions of the US exchanges, of which we know better than the provider when they are.</summary>
    public bool HasUsSessions => IsNewYork && Type is "EQUITY" or "ETF" or "INDEX" or "MUTUALFUND" or "";

    /// <summary>For these the provider says a volume of 0 where there is none to be known.</summary>
    public bool HasNoVolume => Type is "CURRENCY" or "INDEX" or "MUTUALFUND";

    public double? LastPrice { get; }

    public DateTimeOffset? LastTradeAt { get; }

    public double? DayHigh { get; }

    public double? DayLow { get; }

    public long? DayVolume { get; }

    public double? PreviousClose { get; }

    /// <summary>The regular sessions that the answer tells, in seconds since 1970, the end exclusive; those of a daily chart are the current or the next one alone.</summary>
    public List<(long Start, long End)> Sessions { get; } = [];

    private bool IsNewYork { get; }

    /// <exception cref="JsonException">It names no symbol.</exception>
    public static YahooInstrument Read(JsonElement meta) =>
        meta.ValueKind == JsonValueKind.Object ? new YahooInstrument(meta) : throw new JsonException("'meta' is not an object.");

    /// <summary>The date at the exchange at an instant.</summary>
    /// <remarks>
    /// Daily bars begin with the session or at midnight. The offset that the provider says is today's: where the zone is not known here, an hour is added, so
    /// that midnight of the other half of the year stays on its day.
    /// </remarks>
    public DateOnly DateAt(long seconds)
    {
        var instant = VendorJson.UnixTime(seconds) ?? throw new JsonException("A time is out of all bounds.");
        if (IsNewYork)
            return NewYorkTime.DateAt(instant);
        var local = _zone is not null ? TimeZoneInfo.ConvertTime(instant, _zone) : instant.ToOffset(TimeSpan.Zero) + _offset + TimeSpan.FromHours(1);
        return DateOnly.FromDateTime(local.DateTime);
    }

    /// <summary>Whether the trading day of a daily bar has ended at an instant.</summary>
    public bool HasEnded(DateOnly day, DateTimeOffset now)
    {
        if (HasUsSessions && ExchangeCalendar.UsEquities.TryGetSession(day, out var session))
            return session.Close <= now;

        var at = now.ToUnixTimeSeconds();
        var ofDay = Sessions.Where(period => DateAt(period.Start) == day).ToList();
        return ofDay.Count > 0 ? ofDay.TrueForAll(period => period.End <= at) : day < DateAt(at);
    }

    /// <summary>Whether a regular session has a bar of this interval with exactly this start, ended at an instant.</summary>
    public bool HasEndedBar(Interval interval, long start, DateTimeOffset now)
    {
        if (HasUsSessions)
            return RegularSession.HasEndedBar(interval, DateTimeOffset.FromUnixTimeSeconds(start), now);

        var length = (long)interval.Length.TotalSeconds;
        foreach (var (open, close) in Sessions)
        {
            if (start >= open && start < close)
                return (start - open) % length == 0 && Math.Min(start + length, close) <= now.ToUnixTimeSeconds();
        }

        // Outside of the sessions, unless none is told of this day: then what is on the clock's grid is a bar, and what is not is the price of the moment.
        var day = DateAt(start);
        return !_tellsAllSessions && !Sessions.Exists(session => DateAt(session.Start) == day)
            && start % Math.Min(length, 1_800) == 0 && start + length <= now.ToUnixTimeSeconds();
    }

    /// <summary>A price or an amount per share in <see cref="Currency"/>.</summary>
    public RawValue InMainUnit(RawValue price) =>
        PricesPerUnit != 1 && price.TryGetNumber(out var number) && Math.Abs(number) < 1e12 ? (double)((decimal)number / PricesPerUnit) : price;

    private static (string? Currency, int PricesPerUnit) MainUnit(string? currency) => currency switch
    {
        "GBp" or "GBX" => ("GBP", 100),
        "ZAc" or "ZAC" or "ZAX" => ("ZAR", 100),
        "ILA" => ("ILS", 100),
        "USX" or "USc" => ("USD", 100),
        "KWF" => ("KWD", 1_000),
        _ => (currency, 1),
    };

    /// <summary>
    /// Trading periods come as one object, as an array of arrays of them, or, with the hours before and after, as an object of such arrays by name.
    /// </summary>
    private static void Collect(JsonElement periods, List<(long Start, long End)> sessions)
    {
        if (periods.ValueKind == JsonValueKind.Array)
        {
            foreach (var period in periods.EnumerateArray())
                Collect(period, sessions);
        }
        else if (periods.ValueKind == JsonValueKind.Object && periods.TryGetProperty("regular", out var regular))
        {
            Collect(regular, sessions);
        }
        else if (periods.ValueKind == JsonValueKind.Object && Number(periods, "start") is { } start && Number(periods, "end") is { } end && end > start)
        {
            sessions.Add(((long)start, (long)end));
        }
    }

    private static string? Text(JsonElement meta, string name) =>
        meta.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static double? Price(JsonElement meta, string name) => Number(meta, name) is { } price ? YahooPrice.Meant(price) : null;

    private static double? Number(JsonElement meta, string name) =>
        meta.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) ? number : null;
}
