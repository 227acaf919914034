using System.Globalization;
using StocksDapr.Collector.Providers.Keys;
using StocksDapr.Collector.Providers.Vendors;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;
using ActionsAnswer = StocksDapr.Collector.Providers.ProviderAnswer<System.Collections.Generic.IReadOnlyDictionary<string, StocksDapr.Collector.Providers.SymbolAnswer<System.Collections.Generic.IReadOnlyList<StocksDapr.Contracts.Messages.CorporateAction>>>>;
using BarsAnswer = StocksDapr.Collector.Providers.ProviderAnswer<System.Collections.Generic.IReadOnlyDictionary<string, StocksDapr.Collector.Providers.SymbolAnswer<System.Collections.Generic.IReadOnlyList<StocksDapr.Contracts.Messages.RawBar>>>>;
using QuotesAnswer = StocksDapr.Collector.Providers.ProviderAnswer<System.Collections.Generic.IReadOnlyDictionary<string, StocksDapr.Collector.Providers.SymbolAnswer<StocksDapr.Collector.Providers.Quote>>>;

namespace StocksDapr.Collector.Providers.Finnhub;

/// <summary>
/// Finnhub (API documentation, "Stock candles", "Quote", "Splits", "Dividends 2"): one symbol a request. Daily candles are adjusted for splits and intraday
/// ones are not; candles, splits and dividends belong to paid plans, quotes and the stream of trades (<see cref="FinnhubTradeStream"/>) to the free one.
/// </summary>
internal sealed class FinnhubProvider : IMarketDataProvider, IQuoteProvider, IDisposable
{
    public const string ProviderName = "finnhub";

    /// <summary>"Only 1 month of intraday will be returned at a time."</summary>
    private static readonly TimeSpan MostIntraday = TimeSpan.FromDays(30);

    /// <remarks>Its own bars of an hour begin with the hour of the clock, in the middle of the first half hour of a session; ours are made of its half hours.</remarks>
    private static readonly Dictionary<Interval, string> Resolutions = new()
    {
        [Interval.OneMinute] = "1",
        [Interval.FiveMinutes] = "5",
        [Interval.FifteenMinutes] = "15",
        [Interval.ThirtyMinutes] = "30",
        [Interval.OneHour] = "30",
        [Interval.OneDay] = "D",
    };

    private readonly HttpClient _http;
    private readonly VendorClient _vendor;
    private readonly TimeProvider _time;

    public FinnhubProvider(FinnhubOptions options, IProviderKeys keys, TimeProvider time, CollectorMetrics metrics)
    {
        _http = VendorHttp.Create(options.BaseAddress ?? FinnhubOptions.Address);
        _vendor = new VendorClient(ProviderName, _http, new FinnhubDialect(time), keys, options.Timeout, time, metrics);
        _time = time;
    }

    public string Name => ProviderName;

    public ProviderCapabilities Capabilities { get; } = new(
        Resolutions.Keys.ToDictionary(interval => interval, _ => (TimeSpan?)null),
        MaxSymbols: 1,
        MaxBars: RawBars.MaxBars,
        Delay: TimeSpan.FromMinutes(1))
    { Prices = VendorPrices.SplitAdjusted };

    /// <summary>Daily bars want the splits since then as well.</summary>
    public int CreditsFor(BarsRequest request) => Windows(Asked(request)).Count + (NeedsSplits(request) ? 1 : 0);

    public Task<ProviderAnswer<IReadOnlyList<ListedInstrument>>> GetInstrumentsAsync(CancellationToken cancellationToken) => Task.FromResult(
        AskedBars.Refused<IReadOnlyList<ListedInstrument>>(
            new ProviderError(ProviderErrorKind.NotSupported, "The provider lists every instrument there is: what is tracked is collected."), _time));

    public async Task<BarsAnswer> GetBarsAsync(BarsRequest request, CancellationToken cancellationToken)
    {
        if (AskedBars.Refusal(request, Capabilities) is { } refusal)
            return AskedBars.Refused<IReadOnlyDictionary<string, SymbolAnswer<IReadOnlyList<RawBar>>>>(refusal, _time);

        var symbol = request.Symbols[0];
        var (asked, now) = (Asked(request), _time.GetUtcNow());
        var window = new BarsWindow(asked, now);
        var cost = new RequestCost(1, request.DueSince);
        var bars = new List<RawBar>();
        ProviderAnswer<IReadOnlyList<RawBar>>? candles = null;
        var credits = 0;
        foreach (var (from, to) in Windows(asked))
        {
            candles = await _vendor.GetAsync(
                new VendorRequest(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"api/v1/stock/candle?symbol={Escaped(symbol)}&resolution={Resolutions[request.Interval]}&from={from.ToUnixTimeSeconds()}&to={to.ToUnixTimeSeconds()}"),
                    cost),
                body => FinnhubCandles.Read(body, window),
                cancellationToken);
            credits += candles.Credits;
            if (!candles.IsSuccess)
                return SingleSymbol.Answer(symbol, candles with { Credits = credits });
            bars.AddRange(candles.Value);
        }

        if (NeedsSplits(request))
        {
            // Without the splits there are no raw prices: adjusted ones are not handed on in their place.
            var today = NewYorkTime.DateAt(_time.GetUtcNow());
            var splits = await SplitsAsync(symbol, DateOnly.FromDateTime(request.From.UtcDateTime), today, cost, cancellationToken);
            credits += splits.Credits;
            if (!splits.IsSuccess)
                return SingleSymbol.Answer(symbol, candles! with { Value = null, Error = splits.Error, Credits = credits });
            var history = new SplitHistory(splits.Value, today);
            bars = [.. bars.Select(bar => history.Unadjust(bar, DateOnly.FromDateTime(bar.Start.UtcDateTime)))];
        }

        // A bar on the border of two requests is in both answers. One that they tell differently stays twice, for those who judge bars to see.
        IReadOnlyList<RawBar> told = [.. bars.Distinct()];
        return SingleSymbol.Answer(
            symbol, candles! with { Value = asked == request ? told : HourOfHalves.Of(told, new BarsWindow(request, now)), Credits = credits });
    }

    public async Task<ActionsAnswer> GetCorporateActionsAsync(IReadOnlyList<string> symbols, DateOnly from, DateOnly to, CancellationToken cancellationToken)
    {
        if (AskedBars.Refusal(symbols, from, to, Capabilities) is { } refusal)
            return AskedBars.Refused<IReadOnlyDictionary<string, SymbolAnswer<IReadOnlyList<CorporateAction>>>>(refusal, _time);

        return await ActionRounds.AskAsync(symbols, from, to, [SplitsOfAsync, DividendsOfAsync]);

        async Task<ActionsAnswer> SplitsOfAsync(string symbol) =>
            SingleSymbol.Answer(symbol, await SplitsAsync(symbol, from, to, new RequestCost(), cancellationToken));

        async Task<ActionsAnswer> DividendsOfAsync(string symbol) => SingleSymbol.Answer(symbol, await _vendor.GetAsync(
            new VendorRequest($"api/v1/stock/dividend?symbol={Escaped(symbol)}&from={VendorJson.Text(from)}&to={VendorJson.Text(to)}"),
            body => FinnhubReference.ReadDividends(body, symbol),
            cancellationToken));
    }

    public async Task<QuotesAnswer> GetQuotesAsync(IReadOnlyList<string> symbols, CancellationToken cancellationToken)
    {
        if (symbols.Count != 1)
        {
            return AskedBars.Refused<IReadOnlyDictionary<string, SymbolAnswer<Quote>>>(
                new ProviderError(ProviderErrorKind.NotSupported, "A request has one symbol."), _time);
        }

        return await _vendor.GetAsync<IReadOnlyDictionary<string, SymbolAnswer<Quote>>>(
            new VendorRequest($"api/v1/quote?symbol={Escaped(symbols[0])}", new RequestCost { IsDispensable = true }),
            body => new Dictionary<string, SymbolAnswer<Quote>>(StringComparer.Ordinal) { [symbols[0]] = FinnhubReference.ReadQuote(body, _time.GetUtcNow()) },
            cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    private Task<ProviderAnswer<IReadOnlyList<CorporateAction>>> SplitsAsync(
        string symbol, DateOnly from, DateOnly to, RequestCost cost, CancellationToken cancellationToken) => _vendor.GetAsync(
        new VendorRequest($"api/v1/stock/split?symbol={Escaped(symbol)}&from={VendorJson.Text(from)}&to={VendorJson.Text(to)}", cost),
        body => FinnhubReference.ReadSplits(body, symbol),
        cancellationToken);

    /// <summary>Daily bars at once, from a day before since their names differ by hours; others by the month.</summary>
    private static BarsRequest Asked(BarsRequest request) => request.Interval == Interval.OneHour ? HourOfHalves.Asked(request) : request;

    private static List<(DateTimeOffset From, DateTimeOffset To)> Windows(BarsRequest request)
    {
        if (!request.Interval.IsIntraday)
            return [(request.From.AddDays(-1), request.To.AddDays(1))];

        var windows = new List<(DateTimeOffset, DateTimeOffset)>();
        for (var from = request.From; from <= request.To; from += MostIntraday)
            windows.Add((from, from + MostIntraday < request.To ? from + MostIntraday : request.To));
        return windows;
    }

    /// <summary>Today's bar is not adjusted for anything yet.</summary>
    private bool NeedsSplits(BarsRequest request) =>
        !request.Interval.IsIntraday && DateOnly.FromDateTime(request.From.UtcDateTime) < NewYorkTime.DateAt(_time.GetUtcNow());

    private static string Escaped(string symbol) => Uri.EscapeDataString(symbol);
}
