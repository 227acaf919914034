using StocksDapr.Collector.Providers;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Tests.Quotes;

/// <summary>A provider of quotes that says what the test wants, and remembers what it was asked.</summary>
internal sealed class QuoteVendor(string name, TimeProvider time, int maxSymbols = 8) : IMarketDataProvider, IQuoteProvider
{
    private readonly List<string> _asked = [];

    public string Name => name;

    public ProviderCapabilities Capabilities { get; } = new(new Dictionary<Interval, TimeSpan?>(), maxSymbols, 1, TimeSpan.Zero);

    /// <summary>The prices of the symbols that it has.</summary>
    public Dictionary<string, double> Prices { get; } = [];

    /// <summary>What it answers instead; null for prices.</summary>
    public ProviderError? Error { get; set; }

    /// <summary>What it waits for before it answers.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>The symbols of each request, with commas between them, in order.</summary>
    public IReadOnlyList<string> Asked
    {
        get
        {
            lock (_asked)
                return [.. _asked.Order(StringComparer.Ordinal)];
        }
    }

    public async Task<ProviderAnswer<IReadOnlyDictionary<string, SymbolAnswer<Quote>>>> GetQuotesAsync(IReadOnlyList<string> symbols, CancellationToken cancellationToken)
    {
        lock (_asked)
            _asked.Add(string.Join(',', symbols));
        await Gate.WaitAsync(cancellationToken);
        return new ProviderAnswer<IReadOnlyDictionary<string, SymbolAnswer<Quote>>>(
            "request", time.GetUtcNow(), Error is null ? symbols.ToDictionary(symbol => symbol, Of) : null, Error);
    }

    public int CreditsFor(BarsRequest request) => 1;

    public Task<ProviderAnswer<IReadOnlyList<ListedInstrument>>> GetInstrumentsAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<ProviderAnswer<IReadOnlyDictionary<string, SymbolAnswer<IReadOnlyList<RawBar>>>>> GetBarsAsync(BarsRequest request, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<ProviderAnswer<IReadOnlyDictionary<string, SymbolAnswer<IReadOnlyList<CorporateAction>>>>> GetCorporateActionsAsync(
        IReadOnlyList<string> symbols, DateOnly from, DateOnly to, CancellationToken cancellationToken) => throw new NotSupportedException();

    private SymbolAnswer<Quote> Of(string symbol) => Prices.TryGetValue(symbol, out var price)
        ? SymbolAnswer<Quote>.Of(new Quote(time.GetUtcNow().AddSeconds(-2), price, price - 1, price + 1, price - 2, 100, 12_345))
        : SymbolAnswer<Quote>.Failed(ProviderErrorKind.UnknownSymbol, $"{name} does not know {symbol}.");
}
