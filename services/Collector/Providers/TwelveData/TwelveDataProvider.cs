using System.Globalization;
using StocksDapr.Collector.Providers.Keys;
using StocksDapr.Collector.Providers.Vendors;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;
using ActionsAnswer = StocksDapr.Collector.Providers.ProviderAnswer<System.Collections.Generic.IReadOnlyDictionary<string, StocksDapr.Collector.Providers.SymbolAnswer<System.Collections.Generic.IReadOnlyList<StocksDapr.Contracts.Messages.CorporateAction>>>>;
using BarsAnswer = StocksDapr.Collector.Providers.ProviderAnswer<System.Collections.Generic.IReadOnlyDictionary<string, StocksDapr.Collector.Providers.SymbolAnswer<System.Collections.Generic.IReadOnlyList<StocksDapr.Contracts.Messages.RawBar>>>>;
using QuotesAnswer = StocksDapr.Collector.Providers.ProviderAnswer<System.Collections.Generic.IReadOnlyDictionary<string, StocksDapr.Collector.Providers.SymbolAnswer<StocksDapr.Collector.Providers.Quote>>>;

namespace StocksDapr.Collector.Providers.TwelveData;

/// <summary>
/// Twelve Data: raw bars (<c>adjust=none</c>) of up to 120 symbols in a request, quotes, splits and dividends. Sources: Twelve Data's API documentation,
/// "Time series", "Quote", "Splits", "Dividends", "Batch requests", and the support pages "Getting historical data" and "Credits".
/// </summary>
internal sealed class TwelveDataProvider : IMarketDataProvider, IQuoteProvider, IDisposable
{
    public const string ProviderName = "twelvedata";

    /// <summary>Symbols in one request ("Batch requests").</summary>
    private const int MaxSymbols = 120;

    /// <summary>The most data points for one symbol ("outputsize").</summary>
    private const int MaxValues = 5_000;

    /// <summary>Splits and dividends are charged so, each, and come with the plan "Grow" and those above it.</summary>
    private const int CreditsPerReference = 20;

    /// <summary>One-minute bars are kept since then, and none before ("How to get historical prices"); so are those made of them.</summary>
    private static readonly DateTimeOffset FirstMinute = new(2020, 2, 10, 14, 30, 0, TimeSpan.Zero);

    private readonly HttpClient _http;
    private readonly VendorClient _vendor;
    private readonly TimeProvider _time;

    public TwelveDataProvider(TwelveDataOptions options, IProviderKeys keys, TimeProvider time, CollectorMetrics metrics)
    {
        _http = VendorHttp.Create(options.BaseAddress ?? TwelveDataOptions.Address);
        _vendor = new VendorClient(ProviderName, _http, new TwelveDataDialect(time), keys, options.Timeout, time, metrics);
        _time = time;
        var sinceMinutes = time.GetUtcNow() - FirstMinute;
        Capabilities = new ProviderCapabilities(
            new Dictionary<Interval, TimeSpan?>
            {
                [Interval.OneMinute] = sinceMinutes,
                [Interval.FiveMinutes] = sinceMinutes,
                [Interval.FifteenMinutes] = sinceMinutes,
                [Interval.ThirtyMinutes] = sinceMinutes,
                [Interval.OneHour] = sinceMinutes,
                [Interval.OneDay] = null,
            },
            // A symbol costs a credit: no key of the free plan can pay for more than eight in a request, nor for splits at all.
            Math.Min(MaxSymbols, keys.LargestRequest ?? MaxSymbols),
            // A day more than what is wanted is asked for, see End.
            MaxBars: MaxValues - 1,
            options.Delay)
        { HasCorporateActions = keys.LargestRequest is null or >= CreditsPerReference };
    }

    public string Name => ProviderName;

    public ProviderCapabilities Capabilities { get; }

    /// <summary>One for each symbol, however many bars.</summary>
    public int CreditsFor(BarsRequest request) => new TwelveDataBatch(request.Symbols).Count;

    public Task<ProviderAnswer<IReadOnlyList<ListedInstrument>>> GetInstrumentsAsync(CancellationToken cancellationToken) =>
        Task.FromResult(
            AskedBars.Refused<IReadOnlyList<ListedInstrument>>(
                new ProviderError(ProviderErrorKind.NotSupported, "The provider has more instruments than can be collected: say which to track."), _time));

    public async Task<BarsAnswer> GetBarsAsync(BarsRequest request, CancellationToken cancellationToken)
    {
        if (AskedBars.Refusal(request, Capabilities) is { } refusal)
            return AskedBars.Refused<IReadOnlyDictionary<string, SymbolAnswer<IReadOnlyList<RawBar>>>>(refusal, _time);

        var batch = new TwelveDataBatch(request.Symbols);
        var window = new BarsWindow(request, _time.GetUtcNow());
        return await AskAsync(
            batch,
            $"time_series?symbol={batch.Query}&interval={IntervalText(request.Interval)}&start_date={Start(request)}&end_date={End(request)}"
            + $"&timezone=Exchange&order=ASC&adjust=none&outputsize={MaxValues}&format=JSON",
            new RequestCost(batch.Count, request.DueSince),
            body => TwelveDataSeries.Read(body, batch, window),
            cancellationToken);
    }

    public async Task<QuotesAnswer> GetQuotesAsync(IReadOnlyList<string> symbols, CancellationToken cancellationToken)
    {
        if (symbols.Count == 0 || symbols.Count > Capabilities.MaxSymbols)
        {
            return AskedBars.Refused<IReadOnlyDictionary<string, SymbolAnswer<Quote>>>(
                new ProviderError(ProviderErrorKind.NotSupported, $"A request has 1 to {Capabilities.MaxSymbols} symbols, not {symbols.Count}."), _time);
        }

        var batch = new TwelveDataBatch(symbols);
        return await AskAsync(
            batch, $"quote?symbol={batch.Query}&interval=1day&format=JSON", new RequestCost(batch.Count) { IsDispensable = true }, body => TwelveDataQuotes.Read(body, batch), cancellationToken);
    }

    public async Task<ActionsAnswer> GetCorporateActionsAsync(
        IReadOnlyList<string> symbols, DateOnly from, DateOnly to, CancellationToken cancellationToken)
    {
        if (AskedBars.Refusal(symbols, from, to, Capabilities) is { } refusal)
            return AskedBars.Refused<IReadOnlyDictionary<string, SymbolAnswer<IReadOnlyList<CorporateAction>>>>(refusal, _time);

        // The last day may not belong to the vendor's range; what is too much is left out afterwards.
        var range = $"&start_date={VendorJson.Text(from)}&end_date={VendorJson.Text(to.AddDays(1))}&format=JSON";
        return await ActionRounds.AskAsync(
            symbols, from, to,
            [
                symbol => AskActionsAsync(symbol, "splits", range, CorporateActionKind.Split, cancellationToken),
                symbol => AskActionsAsync(symbol, "dividends", $"{range}&adjust=false", CorporateActionKind.Dividend, cancellationToken),
            ]);
    }

    public void Dispose() => _http.Dispose();

    private Task<ActionsAnswer> AskActionsAsync(string symbol, string path, string query, CorporateActionKind kind, CancellationToken cancellationToken)
    {
        var batch = new TwelveDataBatch([symbol]);
        return AskAsync(
            batch, $"{path}?symbol={batch.Query}{query}", new RequestCost(CreditsPerReference), body => TwelveDataActions.Read(body, batch, kind), cancellationToken);
    }

    private async Task<ProviderAnswer<IReadOnlyDictionary<string, SymbolAnswer<T>>>> AskAsync<T>(
        TwelveDataBatch batch, string path, RequestCost cost, Func<ReadOnlyMemory<byte>, IReadOnlyDictionary<string, SymbolAnswer<T>>> read, CancellationToken cancellationToken)
        where T : class
    {
        // No symbol that the vendor has a word for: there is nothing to ask.
        if (batch.Count == 0)
        {
            return new ProviderAnswer<IReadOnlyDictionary<string, SymbolAnswer<T>>>(
                Guid.NewGuid().ToString("n"), _time.GetUtcNow(), batch.Complete(new Dictionary<string, SymbolAnswer<T>>()))
            { Credits = 0 };
        }

        return await _vendor.GetAsync(new VendorRequest(path, cost), read, cancellationToken);
    }

    private static string IntervalText(Interval interval) => interval == Interval.OneDay ? "1day" : interval.Code;

    private static string Start(BarsRequest request) =>
        request.Interval.IsIntraday ? Local(request.From) : VendorJson.Text(DateOnly.FromDateTime(request.From.UtcDateTime));

    /// <summary>
    /// The vendor shows that a daily <c>end_date</c> does not belong to its range ("Getting historical data") and says of an intraday one that it does: so a
    /// daily range is asked a day longer and an intraday one a second, and what is too much is left out of the answer.
    /// </summary>
    private static string End(BarsRequest request) =>
        request.Interval.IsIntraday ? Local(request.To.AddSeconds(1)) : VendorJson.Text(DateOnly.FromDateTime(request.To.UtcDateTime).AddDays(1));

    /// <summary>Dates are read in the exchange's time; the answer says which that is.</summary>
    private static string Local(DateTimeOffset instant) =>
        NewYorkTime.FromInstant(instant).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
}
