using System.Globalization;
using StocksDapr.Collector.Providers.Keys;
using StocksDapr.Collector.Providers.Vendors;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Providers.AlphaVantage;

/// <summary>
/// Alpha Vantage (documentation at alphavantage.co): US stocks, one symbol a request, raw prices, New York time, newest first. Its free plan has
/// 25 requests a day, 1 a second and the last 100 sessions of daily bars; intraday bars come by the month.
/// </summary>
internal sealed class AlphaVantageProvider : IMarketDataProvider, IOptionChainProvider, IQuoteProvider, IDisposable
{
    public const string ProviderName = "alphavantage";

    /// <summary>What <c>outputsize=compact</c> has, the session under way included.</summary>
    private const int CompactSessions = 100;

    /// <summary>So few that no answer takes more requests, of a month each, than the free plan has in a minute: half of an answer is none.</summary>
    private const int MostBars = 1_000;

    private static readonly TimeSpan RefusalIsRemembered = TimeSpan.FromDays(1);

    /// <summary>The provider's documentation of <c>month</c>: any month since then.</summary>
    private static readonly DateOnly FirstMonth = new(2000, 1, 1);

    /// <summary>As <see cref="MostBars"/>, of hours.</summary>
    private const int MostHours = 480;

    /// <remarks>Its own bars of an hour begin with the hour of the clock, in the middle of the first half hour of a session; ours are made of its half hours.</remarks>
    private static readonly IReadOnlyDictionary<Interval, string> Spellings = new Dictionary<Interval, string>
    {
        [Interval.OneMinute] = "1min",
        [Interval.FiveMinutes] = "5min",
        [Interval.FifteenMinutes] = "15min",
        [Interval.ThirtyMinutes] = "30min",
        [Interval.OneHour] = "30min",
    };

    private readonly HttpClient _http;
    private readonly VendorClient _vendor;
    private readonly AlphaVantageOptions _options;
    private readonly TimeProvider _time;
    private long _refusedInFullAt = long.MinValue;

    public AlphaVantageProvider(AlphaVantageOptions options, IProviderKeys keys, TimeProvider time, CollectorMetrics metrics)
    {
        _http = VendorHttp.Create(options.BaseAddress ?? AlphaVantageOptions.Address);
        _vendor = new VendorClient(ProviderName, _http, new AlphaVantageDialect(time), keys, options.Timeout, time, metrics);
        (_options, _time) = (options, time);
    }

    public string Name => ProviderName;

    /// <remarks>How far daily bars go back depends on the plan, which an answer may have told.</remarks>
    public ProviderCapabilities Capabilities => new(
        Spellings.Keys.ToDictionary(interval => interval, _ => (TimeSpan?)null)
            .Append(new KeyValuePair<Interval, TimeSpan?>(Interval.OneDay, HasFullHistory ? null : CompactReach)).ToDictionary(),
        MaxSymbols: 1,
        MaxBars: MostBars,
        Delay: TimeSpan.FromMinutes(20))
    { FewerBars = new Dictionary<Interval, int> { [Interval.OneHour] = MostHours } };

    public int CreditsForChain => 1;

    private static TimeSpan CompactReach => TimeSpan.FromDays(140);

    private bool HasFullHistory =>
        _options.Premium ?? Interlocked.Read(ref _refusedInFullAt) is var at && (at == long.MinValue || _time.GetUtcNow().Ticks - at > RefusalIsRemembered.Ticks);

    public int CreditsFor(BarsRequest request) => request.Interval.IsIntraday ? Math.Max(Months(request).Count, 1) : 1;

    public Task<ProviderAnswer<IReadOnlyList<ListedInstrument>>> GetInstrumentsAsync(CancellationToken cancellationToken) =>
        Task.FromResult(AskedBars.Refused<IReadOnlyList<ListedInstrument>>(NotSupported("The provider is not asked which instruments it has: what is tracked is collected."), _time));

    public async Task<ProviderAnswer<IReadOnlyDictionary<string, SymbolAnswer<IReadOnlyList<RawBar>>>>> GetBarsAsync(
        BarsRequest request, CancellationToken cancellationToken)
    {
        if (AskedBars.Refusal(request, Capabilities) is { } refusal)
            return AskedBars.Refused<IReadOnlyDictionary<string, SymbolAnswer<IReadOnlyList<RawBar>>>>(refusal, _time);

        var symbol = request.Symbols[0];
        if (VendorSymbol(symbol) is not { } vendorSymbol)
            return SingleSymbol.Answer(symbol, StocksOnly<IReadOnlyList<RawBar>>());

        return SingleSymbol.Answer(
            symbol,
            request.Interval == Interval.OneHour ? await HoursAsync(request, vendorSymbol, cancellationToken)
                : request.Interval.IsIntraday ? await IntradayAsync(request, vendorSymbol, cancellationToken)
                : await DailyAsync(request, vendorSymbol, cancellationToken));
    }

    public async Task<ProviderAnswer<IReadOnlyDictionary<string, SymbolAnswer<IReadOnlyList<CorporateAction>>>>> GetCorporateActionsAsync(
        IReadOnlyList<string> symbols, DateOnly from, DateOnly to, CancellationToken cancellationToken)
    {
        if (AskedBars.Refusal(symbols, from, to, Capabilities) is { } refusal)
            return AskedBars.Refused<IReadOnlyDictionary<string, SymbolAnswer<IReadOnlyList<CorporateAction>>>>(refusal, _time);
        if (VendorSymbol(symbols[0]) is not { } symbol)
            return SingleSymbol.Answer(symbols[0], StocksOnly<IReadOnlyList<CorporateAction>>());

        // With a paid plan one request tells both; without one they are two requests to functions that are free.
        var spent = 0;
        if (_options.Premium == true)
        {
            var adjusted = await _vendor.GetAsync(
                new VendorRequest($"query?function=TIME_SERIES_DAILY_ADJUSTED&symbol={Escaped(symbol)}&outputsize=full&datatype=csv"),
                body => AlphaVantageSeries.Actions(AlphaVantageSeries.Read(body, symbol, Interval.OneDay), from, to),
                cancellationToken);
            if (adjusted.Error is not { Kind: ProviderErrorKind.NotEntitled, ConcernsThisRequestOnly: true })
                return SingleSymbol.Answer(symbols[0], adjusted);
            spent = adjusted.Credits;
        }

        var answer = await ActionRounds.AskAsync(symbols, from, to,
            [
                ours => ActionsAsync("SPLITS", CorporateActionKind.Split, ours),
                ours => ActionsAsync("DIVIDENDS", CorporateActionKind.Dividend, ours),
            ]);
        return answer with { Credits = answer.Credits + spent };

        async Task<ProviderAnswer<IReadOnlyDictionary<string, SymbolAnswer<IReadOnlyList<CorporateAction>>>>> ActionsAsync(
            string function, CorporateActionKind kind, string ours) =>
            SingleSymbol.Answer(ours, await _vendor.GetAsync(
                new VendorRequest($"query?function={function}&symbol={Escaped(symbol)}"), body => ActionRow.Read(body, symbol, kind), cancellationToken));
    }

    public async Task<ProviderAnswer<IReadOnlyDictionary<string, SymbolAnswer<Quote>>>> GetQuotesAsync(
        IReadOnlyList<string> symbols, CancellationToken cancellationToken)
    {
        if (symbols.Count != 1)
            return AskedBars.Refused<IReadOnlyDictionary<string, SymbolAnswer<Quote>>>(NotSupported("A request has one symbol."), _time);
        if (VendorSymbol(symbols[0]) is not { } symbol)
            return SingleSymbol.Answer(symbols[0], StocksOnly<Quote>());

        var answer = await _vendor.GetAsync(
            new VendorRequest($"query?function=GLOBAL_QUOTE&symbol={Escaped(symbol)}", new RequestCost { IsDispensable = true }),
            body => QuoteRow.Read(body, symbol, _time.GetUtcNow()),
            cancellationToken);
        return SingleSymbol.Answer(symbols[0], answer);
    }

    public async Task<ProviderAnswer<OptionChainSnapshot>> GetOptionChainAsync(string underlying, DateOnly from, DateOnly to, CancellationToken cancellationToken)
    {
        if (VendorSymbol(underlying) is not { } symbol)
            return StocksOnly<OptionChainSnapshot>();

        var function = _options.RealtimeOptions ? "REALTIME_OPTIONS&require_greeks=true" : "HISTORICAL_OPTIONS";
        return await _vendor.GetAsync(
            new VendorRequest($"query?function={function}&symbol={Escaped(symbol)}"),
            body => OptionRow.Read(body, underlying, symbol, from, to, _options.RealtimeOptions),
            cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    private async Task<ProviderAnswer<IReadOnlyList<RawBar>>> DailyAsync(BarsRequest request, string symbol, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        var window = new BarsWindow(request, now);
        var isCompact = ExchangeCalendar.UsEquities.SessionsBetween(DateOnly.FromDateTime(request.From.UtcDateTime), NewYorkTime.DateAt(now)).Length <= CompactSessions;
        if (!isCompact && !HasFullHistory)
        {
            return AskedBars.Refused<IReadOnlyList<RawBar>>(
                new ProviderError(ProviderErrorKind.NotEntitled, $"Daily bars before the last {CompactSessions} sessions are beyond the key's plan.") { ConcernsThisRequestOnly = true },
                _time);
        }

        var answer = await _vendor.GetAsync(
            new VendorRequest(
                $"query?function=TIME_SERIES_DAILY&symbol={Escaped(symbol)}&outputsize={(isCompact ? "compact" : "full&datatype=csv")}",
                new RequestCost(1, request.DueSince)),
            body => AlphaVantageSeries.DailyBars(AlphaVantageSeries.Read(body, symbol, Interval.OneDay), window),
            cancellationToken);
        if (!isCompact && answer.Error is { Kind: ProviderErrorKind.NotEntitled, ConcernsThisRequestOnly: true })
            Interlocked.Exchange(ref _refusedInFullAt, now.Ticks);
        return answer;
    }

    private async Task<ProviderAnswer<IReadOnlyList<RawBar>>> HoursAsync(BarsRequest request, string symbol, CancellationToken cancellationToken)
    {
        var window = new BarsWindow(request, _time.GetUtcNow());
        var halves = await IntradayAsync(HourOfHalves.Asked(request), symbol, cancellationToken);
        return halves.IsSuccess ? halves with { Value = HourOfHalves.Of(halves.Value, window) } : halves;
    }

    /// <summary>One request a month. A month that the provider says is not valid has no bars, if another one has some: the symbol was not listed yet.</summary>
    private async Task<ProviderAnswer<IReadOnlyList<RawBar>>> IntradayAsync(BarsRequest request, string symbol, CancellationToken cancellationToken)
    {
        var months = Months(request);
        if (months.Count == 0)
            return new ProviderAnswer<IReadOnlyList<RawBar>>(Guid.NewGuid().ToString("n"), _time.GetUtcNow(), []) { Credits = 0 };

        var window = new BarsWindow(request, _time.GetUtcNow());
        var bars = new List<RawBar>();
        ProviderAnswer<IReadOnlyList<RawBar>>? last = null, notValid = null;
        var credits = 0;
        foreach (var month in months)
        {
            var slice = await _vendor.GetAsync(
                new VendorRequest(
                    $"query?function=TIME_SERIES_INTRADAY&symbol={Escaped(symbol)}&interval={Spellings[request.Interval]}&month={month.ToString("yyyy-MM", CultureInfo.InvariantCulture)}"
                    + "&outputsize=full&adjusted=false&extended_hours=false&datatype=csv",
                    new RequestCost(1, request.DueSince)),
                body => AlphaVantageSeries.IntradayBars(AlphaVantageSeries.Read(body, symbol, request.Interval), window, month),
                cancellationToken);
            credits += slice.Credits;
            if (slice.IsSuccess)
                bars.AddRange(slice.Value);
            else if (slice.Error.Kind == ProviderErrorKind.UnknownSymbol)
                notValid = slice;
            else
                return slice with { Credits = credits };
            last = slice.IsSuccess ? slice : last;
        }

        return last is null ? notValid! with { Credits = credits } : last with { Value = bars, Credits = credits };
    }

    /// <summary>The months that have sessions of the range, each by its first day; none that has not begun.</summary>
    private List<DateOnly> Months(BarsRequest request)
    {
        var now = _time.GetUtcNow();
        var months = new List<DateOnly>();
        foreach (var session in ExchangeCalendar.UsEquities.SessionsBetween(DateOnly.FromDateTime(request.From.UtcDateTime), DateOnly.FromDateTime(request.To.UtcDateTime)))
        {
            var month = new DateOnly(session.Date.Year, session.Date.Month, 1);
            if (session.Date >= FirstMonth && session.Open < now && session.Open <= request.To && session.Close > request.From && (months.Count == 0 || months[^1] != month))
                months.Add(month);
        }

        return months;
    }

    /// <summary>The provider writes BRK-B for our BRK.B. It has no indices, currencies or the like under the symbols that others use for them.</summary>
    private static string? VendorSymbol(string symbol)
    {
        if (symbol.AsSpan().ContainsAny("^=/_"))
            return null;

        var dot = symbol.LastIndexOf('.');
        return dot >= 0 && dot == symbol.Length - 2 ? string.Concat(symbol.AsSpan(0, dot), "-", symbol.AsSpan(dot + 1)) : symbol;
    }

    private ProviderAnswer<T> StocksOnly<T>()
        where T : class =>
        AskedBars.Refused<T>(new ProviderError(ProviderErrorKind.UnknownSymbol, "The provider has stocks only."), _time);

    private static ProviderError NotSupported(string detail) => new(ProviderErrorKind.NotSupported, detail);

    private static string Escaped(string symbol) => Uri.EscapeDataString(symbol);
}
