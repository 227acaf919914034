using System.Globalization;
using StocksDapr.Collector.Providers.Keys;
using StocksDapr.Collector.Providers.Vendors;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Providers.Simulated;

/// <summary>The provider of the fictional companies: asks <see cref="SimulatedVendor"/> as any provider asks its vendor.</summary>
internal sealed class SimulatedProvider : IMarketDataProvider, IOptionChainProvider, IQuoteProvider, IDisposable
{
    public const string ProviderName = "simulated";

    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http;
    private readonly VendorClient _vendor;
    private readonly SimulatedMarket _market;
    private readonly TimeProvider _time;

    public SimulatedProvider(SimulatedMarket market, SimulatedOptions options, TimeProvider time, CollectorMetrics metrics, IProviderKeys? keys = null)
    {
        (_market, _time) = (market, time);

        // The time-out belongs to the vendor client, whose clock tests own.
        _http = new HttpClient(new SimulatedVendor(market, new SimulatedChains(market, options.Seed, options.Faults), new FaultInjection(options.Seed, options.Faults), time))
        {
            BaseAddress = new Uri("http://simulated.invalid"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _vendor = new VendorClient(Name, _http, PlainDialect.Instance, keys ?? NoKeys.Instance, RequestTimeout, time, metrics);
    }

    public string Name => ProviderName;

    public ProviderCapabilities Capabilities { get; } = new(
        SimulatedMarket.Intervals.ToDictionary(interval => interval, _ => (TimeSpan?)null),
        MaxSymbols: 20,
        MaxBars: 5_000,
        Delay: TimeSpan.Zero)
    { ListsInstruments = true };

    /// <summary>As vendors do who charge by the symbol.</summary>
    public int CreditsFor(BarsRequest request) => request.Symbols.Count;

    public Task<ProviderAnswer<IReadOnlyList<ListedInstrument>>> GetInstrumentsAsync(CancellationToken cancellationToken) =>
        _vendor.GetAsync(new VendorRequest("/instruments"), SimulatedJson.ReadInstruments, cancellationToken);

    public Task<ProviderAnswer<IReadOnlyDictionary<string, SymbolAnswer<IReadOnlyList<RawBar>>>>> GetBarsAsync(
        BarsRequest request, CancellationToken cancellationToken) =>
        _vendor.GetAsync(
            new VendorRequest(
                $"/bars?symbols={Symbols(request.Symbols)}&interval={request.Interval.Code}&from={Instant(request.From)}&to={Instant(request.To)}",
                new RequestCost(CreditsFor(request), request.DueSince)),
            body => SimulatedJson.ReadBars(body, request.Symbols),
            cancellationToken);

    public Task<ProviderAnswer<IReadOnlyDictionary<string, SymbolAnswer<IReadOnlyList<CorporateAction>>>>> GetCorporateActionsAsync(
        IReadOnlyList<string> symbols, DateOnly from, DateOnly to, CancellationToken cancellationToken) =>
        _vendor.GetAsync(
            new VendorRequest($"/actions?symbols={Symbols(symbols)}&from={Date(from)}&to={Date(to)}"),
            body => SimulatedJson.ReadActions(body, symbols),
            cancellationToken);

    public Task<ProviderAnswer<IReadOnlyDictionary<string, SymbolAnswer<Quote>>>> GetQuotesAsync(IReadOnlyList<string> symbols, CancellationToken cancellationToken) =>
        _vendor.GetAsync(
            new VendorRequest($"/quotes?symbols={Symbols(symbols)}", new RequestCost(symbols.Count) { IsDispensable = true }),
            body => SimulatedJson.ReadQuotes(body, symbols),
            cancellationToken);

    public int CreditsForChain => 1;

    public async Task<ProviderAnswer<OptionChainSnapshot>> GetOptionChainAsync(
        string underlying, DateOnly from, DateOnly to, CancellationToken cancellationToken)
    {
        // What it does not list it does not answer, so that it need not be asked.
        return _market.Has(underlying)
            ? await _vendor.GetAsync(
                new VendorRequest($"/options?symbol={Uri.EscapeDataString(underlying)}&from={Date(from)}&to={Date(to)}"), SimulatedChainJson.Read, cancellationToken)
            : new ProviderAnswer<OptionChainSnapshot>(
                Guid.NewGuid().ToString("n"), _time.GetUtcNow(), null, new ProviderError(ProviderErrorKind.UnknownSymbol, $"The provider does not know {underlying}."));
    }

    public void Dispose() => _http.Dispose();

    private static string Symbols(IReadOnlyList<string> symbols) => string.Join(',', symbols.Select(Uri.EscapeDataString));

    private static string Date(DateOnly date) => date.ToString("O", CultureInfo.InvariantCulture);

    private static string Instant(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
