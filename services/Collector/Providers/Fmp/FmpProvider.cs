using StocksDapr.Collector.Providers.Keys;
using StocksDapr.Collector.Providers.Vendors;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;
using ActionsAnswer = StocksDapr.Collector.Providers.ProviderAnswer<System.Collections.Generic.IReadOnlyDictionary<string, StocksDapr.Collector.Providers.SymbolAnswer<System.Collections.Generic.IReadOnlyList<StocksDapr.Contracts.Messages.CorporateAction>>>>;
using BarsAnswer = StocksDapr.Collector.Providers.ProviderAnswer<System.Collections.Generic.IReadOnlyDictionary<string, StocksDapr.Collector.Providers.SymbolAnswer<System.Collections.Generic.IReadOnlyList<StocksDapr.Contracts.Messages.RawBar>>>>;
using QuotesAnswer = StocksDapr.Collector.Providers.ProviderAnswer<System.Collections.Generic.IReadOnlyDictionary<string, StocksDapr.Collector.Providers.SymbolAnswer<StocksDapr.Collector.Providers.Quote>>>;

namespace StocksDapr.Collector.Providers.Fmp;

/// <summary>
/// Financial Modeling Prep: daily and intraday bars without adjustment, quotes, splits and dividends, one symbol in a request, one credit each. Sources:
/// Financial Modeling Prep, API documentation (stable), "Unadjusted Stock Price", "Intraday Charts", "Stock Quote", "Stock Split Details", "Dividends Company".
/// </summary>
/// <remarks>
/// The vendor answers an empty array both for a range without bars and for a symbol that it does not know. It is taken for what a provider says of a range
/// without bars: to take it for an unknown symbol would give up a symbol for a holiday.
/// </remarks>
internal sealed class FmpProvider : IMarketDataProvider, IQuoteProvider, IDisposable
{
    public const string ProviderName = "fmp";

    /// <summary>
    /// What an answer holds is limited by days and not said: five years of daily bars, about three days of one-minute bars. This stays below each of them, so
    /// that nothing is cut off unseen.
    /// </summary>
    private const int MaxBars = 1_170;

    private readonly HttpClient _http;
    private readonly VendorClient _vendor;
    private readonly TimeProvider _time;

    public FmpProvider(FmpOptions options, IProviderKeys keys, TimeProvider time, CollectorMetrics metrics)
    {
        _http = VendorHttp.Create(options.BaseAddress ?? FmpOptions.Address);
        _vendor = new VendorClient(ProviderName, _http, new FmpDialect(), keys, options.Timeout, time, metrics);
        _time = time;
        Interval[] intervals =
            [Interval.OneMinute, Interval.FiveMinutes, Interval.FifteenMinutes, Interval.ThirtyMinutes, Interval.OneHour, Interval.OneDay];
        var depth = TimeSpan.FromDays(365.25 * options.HistoryYears);
        Capabilities = new ProviderCapabilities(intervals.ToDictionary(interval => interval, _ => (TimeSpan?)depth), MaxSymbols: 1, MaxBars, options.Delay);
    }

    public string Name => ProviderName;

    public ProviderCapabilities Capabilities { get; }

    public int CreditsFor(BarsRequest request) => request.Symbols.Count(symbol => FmpSymbols.Of(symbol) is not null);

    public Task<ProviderAnswer<IReadOnlyList<ListedInstrument>>> GetInstrumentsAsync(CancellationToken cancellationToken) =>
        Task.FromResult(
            AskedBars.Refused<IReadOnlyList<ListedInstrument>>(
                new ProviderError(ProviderErrorKind.NotSupported, "The provider has more instruments than can be collected: say which to track."), _time));

    public async Task<BarsAnswer> GetBarsAsync(BarsRequest request, CancellationToken cancellationToken)
    {
        if (AskedBars.Refusal(request, Capabilities) is { } refusal)
            return AskedBars.Refused<IReadOnlyDictionary<string, SymbolAnswer<IReadOnlyList<RawBar>>>>(refusal, _time);

        var symbol = request.Symbols[0];
        var window = new BarsWindow(request, _time.GetUtcNow());
        return await AskAsync(
            symbol, theirs => $"{Path(request.Interval, theirs)}&{Days(request)}", new RequestCost(1, request.DueSince), body => FmpBarRows.Read(body, symbol, window), cancellationToken);
    }

    public async Task<QuotesAnswer> GetQuotesAsync(IReadOnlyList<string> symbols, CancellationToken cancellationToken)
    {
        if (symbols is not [var symbol])
        {
            return AskedBars.Refused<IReadOnlyDictionary<string, SymbolAnswer<Quote>>>(
                new ProviderError(ProviderErrorKind.NotSupported, $"A request has one symbol, not {symbols.Count}."), _time);
        }

        return await AskAsync(symbol, theirs => $"quote?symbol={theirs}", new RequestCost { IsDispensable = true }, body => FmpQuotes.Read(body, symbol), cancellationToken);
    }

    public async Task<ActionsAnswer> GetCorporateActionsAsync(IReadOnlyList<string> symbols, DateOnly from, DateOnly to, CancellationToken cancellationToken)
    {
        if (AskedBars.Refusal(symbols, from, to, Capabilities) is { } refusal)
            return AskedBars.Refused<IReadOnlyDictionary<string, SymbolAnswer<IReadOnlyList<CorporateAction>>>>(refusal, _time);

        return await ActionRounds.AskAsync(
            symbols, from, to,
            [
                symbol => AskAsync(symbol, theirs => $"splits?symbol={theirs}", new RequestCost(), body => FmpActionRows.Read(body, symbol, CorporateActionKind.Split, from, to), cancellationToken),
                symbol => AskAsync(symbol, theirs => $"dividends?symbol={theirs}", new RequestCost(), body => FmpActionRows.Read(body, symbol, CorporateActionKind.Dividend, from, to), cancellationToken),
            ]);
    }

    public void Dispose() => _http.Dispose();

    private async Task<ProviderAnswer<IReadOnlyDictionary<string, SymbolAnswer<T>>>> AskAsync<T>(
        string symbol, Func<string, string> path, RequestCost cost, Func<ReadOnlyMemory<byte>, IReadOnlyDictionary<string, SymbolAnswer<T>>> read, CancellationToken cancellationToken)
        where T : class
    {
        if (FmpSymbols.Of(symbol) is not { } theirs)
        {
            return AskedBars.Unasked(
                symbol, SymbolAnswer<T>.Failed(ProviderErrorKind.UnknownSymbol, $"The provider has no name for {symbol}."), _time);
        }

        var answer = await _vendor.GetAsync(new VendorRequest(path(Uri.EscapeDataString(theirs)), cost), read, cancellationToken);

        // A status 404 concerns the one symbol that was asked.
        return answer.Error is { Kind: ProviderErrorKind.UnknownSymbol } unknown
            ? new ProviderAnswer<IReadOnlyDictionary<string, SymbolAnswer<T>>>(
                answer.RequestId, answer.At, new Dictionary<string, SymbolAnswer<T>>(StringComparer.Ordinal) { [symbol] = new(null, unknown) })
            { Credits = answer.Credits }
            : answer;
    }

    private static string Path(Interval interval, string theirs) => interval.IsIntraday
        ? $"historical-chart/{(interval == Interval.OneHour ? "1hour" : interval.Code)}?symbol={theirs}&nonadjusted=true"
        : $"historical-price-eod/non-split-adjusted?symbol={theirs}";

    /// <summary>The vendor counts in New York's days, both included; the range's own ends are kept when the answer is read.</summary>
    private static string Days(BarsRequest request)
    {
        var (from, to) = request.Interval.IsIntraday
            ? (NewYorkTime.DateAt(request.From), NewYorkTime.DateAt(request.To))
            : (DateOnly.FromDateTime(request.From.UtcDateTime), DateOnly.FromDateTime(request.To.UtcDateTime));
        return $"from={VendorJson.Text(from)}&to={VendorJson.Text(to)}";
    }
}
