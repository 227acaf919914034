using System.Globalization;
using System.Net;
using StocksDapr.Collector.Providers.Keys;
using StocksDapr.Collector.Providers.Vendors;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Providers.Yahoo;

/// <summary>
/// Yahoo Finance by the paths that its own pages use, which are not documented: what is known of them here is what recorded answers show and what authors of
/// client libraries report. One symbol a request, times in seconds since 1970, prices adjusted for splits.
/// </summary>
internal sealed class YahooProvider : IMarketDataProvider, IOptionChainProvider, IQuoteProvider, IDisposable
{
    public const string ProviderName = "yahoo";

    /// <summary>More than this of one-minute bars is refused ("only 8 days worth of 1m granularity data are allowed").</summary>
    private static readonly TimeSpan MostMinutes = TimeSpan.FromDays(7);

    /// <summary>The refusals name them: 1m must be within the last 30 days, 5m to 30m within 60, 1h within 730. A day less, since the range ends now.</summary>
    private static readonly Dictionary<Interval, (string Spelling, TimeSpan? Reach)> Spellings = new()
    {
        [Interval.OneMinute] = ("1m", TimeSpan.FromDays(29)),
        [Interval.FiveMinutes] = ("5m", TimeSpan.FromDays(59)),
        [Interval.FifteenMinutes] = ("15m", TimeSpan.FromDays(59)),
        [Interval.ThirtyMinutes] = ("30m", TimeSpan.FromDays(59)),
        [Interval.OneHour] = ("1h", TimeSpan.FromDays(729)),
        [Interval.OneDay] = ("1d", null),
    };

    private readonly HttpClient _http;
    private readonly PoliteVendor _vendor;
    private readonly YahooOptionPages _pages;
    private readonly TimeProvider _time;

    public YahooProvider(YahooOptions options, IProviderKeys keys, TimeProvider time, CollectorMetrics metrics)
    {
        var cookies = new CookieContainer();
        _http = VendorHttp.Create(options.BaseAddress ?? YahooOptions.Address, cookies);
        _time = time;
        if (options.UserAgent is { } agent)
        {
            _http.DefaultRequestHeaders.UserAgent.Clear();
            _http.DefaultRequestHeaders.UserAgent.ParseAdd(agent);
        }

        var client = new VendorClient(ProviderName, _http, YahooDialect.Instance, keys, options.Timeout, time, metrics);
        _vendor = new PoliteVendor(client, options.MinimumGap, options.PauseAfterRefusal, time);
        _pages = new YahooOptionPages(_vendor, new YahooCrumb(_http, cookies, _vendor, options, time));
    }

    public string Name => ProviderName;

    public ProviderCapabilities Capabilities { get; } = new(
        Spellings.ToDictionary(pair => pair.Key, pair => pair.Value.Reach),
        MaxSymbols: 1,
        MaxBars: RawBars.MaxBars,
        Delay: TimeSpan.FromMinutes(20))
    { Prices = VendorPrices.SplitAdjusted };

    /// <summary>The first page and one for each other expiry: weekly ones for two months and monthly ones after.</summary>
    public int CreditsForChain => 16;

    public int CreditsFor(BarsRequest request) =>
        request.Interval == Interval.OneMinute ? Windows(request).Count + (NeedsSplitsApart(request) ? 1 : 0) : 1;

    public Task<ProviderAnswer<IReadOnlyList<ListedInstrument>>> GetInstrumentsAsync(CancellationToken cancellationToken) => Task.FromResult(
        AskedBars.Refused<IReadOnlyList<ListedInstrument>>(
            new ProviderError(ProviderErrorKind.NotSupported, "The provider does not say which instruments it has: what is tracked is collected."), _time));

    public async Task<ProviderAnswer<IReadOnlyDictionary<string, SymbolAnswer<IReadOnlyList<RawBar>>>>> GetBarsAsync(
        BarsRequest request, CancellationToken cancellationToken)
    {
        if (AskedBars.Refusal(request, Capabilities) is { } refusal)
            return AskedBars.Refused<IReadOnlyDictionary<string, SymbolAnswer<IReadOnlyList<RawBar>>>>(refusal, _time);

        var now = _time.GetUtcNow();
        var cost = new RequestCost(1, request.DueSince);
        var credits = 0;
        var charts = new List<YahooChart>();
        ProviderAnswer<YahooChart>? last = null;
        var (spelling, _) = Spellings[request.Interval];
        foreach (var (from, to) in Windows(request))
        {
            last = await ChartAsync(request.Symbols[0], spelling, from, to, cost, chart => chart.Of(request.Interval), cancellationToken);
            credits += last.Credits;
            if (last.IsSuccess)
                charts.Add(last.Value);
            else if (last.Error.Detail != YahooDialect.NothingThere.Detail)
                return SingleSymbol.Answer(request.Symbols[0], Of(last, null));
        }

        SplitHistory? splits = null;
        if (charts.Count > 0 && NeedsSplitsApart(request))
        {
            last = await ChartAsync(request.Symbols[0], "1d", request.From, Tomorrow(now), cost, chart => chart, cancellationToken);
            credits += last.Credits;
            if (!last.IsSuccess)
                return SingleSymbol.Answer(request.Symbols[0], Of(last, null));
            splits = YahooBars.Splits(last.Value, now);
        }

        return SingleSymbol.Answer(
            request.Symbols[0], Of(last!, [.. charts.SelectMany(chart => YahooBars.Of(chart, splits ?? YahooBars.Splits(chart, now), request, now)).Distinct()]));

        ProviderAnswer<IReadOnlyList<RawBar>> Of(ProviderAnswer<YahooChart> answer, IReadOnlyList<RawBar>? bars) =>
            new(answer.RequestId, answer.At, bars, bars is null ? answer.Error : null) { Credits = credits };
    }

    public async Task<ProviderAnswer<IReadOnlyDictionary<string, SymbolAnswer<IReadOnlyList<CorporateAction>>>>> GetCorporateActionsAsync(
        IReadOnlyList<string> symbols, DateOnly from, DateOnly to, CancellationToken cancellationToken)
    {
        if (AskedBars.Refusal(symbols, from, to, Capabilities) is { } refusal)
            return AskedBars.Refused<IReadOnlyDictionary<string, SymbolAnswer<IReadOnlyList<CorporateAction>>>>(refusal, _time);

        // Up to now, since dividends are adjusted for splits that came after the range.
        var now = _time.GetUtcNow();
        var answer = await ChartAsync(symbols[0], "1d", VendorJson.DayStart(from).AddDays(-1), Tomorrow(now), new RequestCost(), chart => chart, cancellationToken);
        IReadOnlyList<CorporateAction>? actions = answer.IsSuccess ? YahooBars.Actions(answer.Value, from, to, now) : answer.Error?.Detail == YahooDialect.NothingThere.Detail ? [] : null;
        return SingleSymbol.Answer(
            symbols[0], new ProviderAnswer<IReadOnlyList<CorporateAction>>(answer.RequestId, answer.At, actions, actions is null ? answer.Error : null) { Credits = answer.Credits });
    }

    public async Task<ProviderAnswer<IReadOnlyDictionary<string, SymbolAnswer<Quote>>>> GetQuotesAsync(
        IReadOnlyList<string> symbols, CancellationToken cancellationToken)
    {
        if (symbols.Count != 1)
        {
            return AskedBars.Refused<IReadOnlyDictionary<string, SymbolAnswer<Quote>>>(
                new ProviderError(ProviderErrorKind.NotSupported, "A request has one symbol."), _time);
        }

        var symbol = YahooSymbol.Of(symbols[0]);
        return SingleSymbol.Answer(symbols[0], await _vendor.GetAsync(
            new VendorRequest($"v8/finance/chart/{Uri.EscapeDataString(symbol)}?range=1d&interval=1d&includePrePost=false", new RequestCost { IsDispensable = true }),
            body => YahooQuote.Of(YahooChart.Read(body, symbol)),
            cancellationToken));
    }

    public async Task<ProviderAnswer<OptionChainSnapshot>> GetOptionChainAsync(string underlying, DateOnly from, DateOnly to, CancellationToken cancellationToken) =>
        await _pages.ReadAsync(underlying, from, to, cancellationToken);

    public void Dispose()
    {
        _pages.Dispose();
        _vendor.Dispose();
        _http.Dispose();
    }

    private Task<ProviderAnswer<YahooChart>> ChartAsync(
        string symbol, string interval, DateTimeOffset from, DateTimeOffset to, RequestCost cost, Func<YahooChart, YahooChart> check, CancellationToken cancellationToken)
    {
        var vendorSymbol = YahooSymbol.Of(symbol);
        var path = string.Create(
            CultureInfo.InvariantCulture,
            $"v8/finance/chart/{Uri.EscapeDataString(vendorSymbol)}?period1={from.ToUnixTimeSeconds()}&period2={to.ToUnixTimeSeconds()}&interval={interval}&includePrePost=false&events=div%2Csplits");
        return _vendor.GetAsync(new VendorRequest(path, cost), body => check(YahooChart.Read(body, vendorSymbol)), cancellationToken);
    }

    /// <summary>
    /// What is asked for: up to now, so that the answer has every split since, but for one-minute bars, of which a week can be had at a time. Daily bars from a
    /// day before, since a day begins earlier east of Greenwich.
    /// </summary>
    private List<(DateTimeOffset From, DateTimeOffset To)> Windows(BarsRequest request)
    {
        var now = _time.GetUtcNow();
        if (request.Interval != Interval.OneMinute)
            return [(request.Interval.IsIntraday ? request.From : request.From.AddDays(-1), Tomorrow(now))];

        var windows = new List<(DateTimeOffset, DateTimeOffset)>();
        var end = request.To.AddMinutes(1);
        for (var from = request.From; from < end; from += MostMinutes)
            windows.Add((from, from + MostMinutes < end ? from + MostMinutes : end));
        return windows;
    }

    /// <summary>Whether a split may have come between one-minute bars and now that their own answers do not tell.</summary>
    private bool NeedsSplitsApart(BarsRequest request) =>
        request.Interval == Interval.OneMinute && NewYorkTime.DateAt(request.From) < NewYorkTime.DateAt(_time.GetUtcNow());

    private static DateTimeOffset Tomorrow(DateTimeOffset now) => VendorJson.DayStart(DateOnly.FromDateTime(now.UtcDateTime).AddDays(1));
}
