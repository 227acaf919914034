using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Providers.AlphaVantage;
using StocksDapr.Collector.Providers.Finnhub;
using StocksDapr.Collector.Providers.Fmp;
using StocksDapr.Collector.Providers.TwelveData;
using StocksDapr.Collector.Providers.Yahoo;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;
using StocksDapr.Support;
using StocksDapr.Vendors;

namespace StocksDapr.Collector.Tests.Vendors.Replay;

/// <summary>A provider of any vendor beside a server that answers what it is told: the whole way of an answer, from the socket to the bars.</summary>
internal sealed class ReplayBench : IAsyncDisposable
{
    private readonly CollectorMetrics _metrics = new();
    private readonly FakeKeys _keys = new(VendorEmulator.GoodKey);

    private ReplayBench(string provider, DateTimeOffset now)
    {
        Clock = new ManualTimeProvider(now);
        Vendor = new ReplayedVendor(Clock);
        Name = provider;
    }

    public string Name { get; }

    public ManualTimeProvider Clock { get; }

    public ReplayedVendor Vendor { get; }

    public FakeKeys Keys => _keys;

    public IMarketDataProvider Provider { get; private set; } = null!;

    /// <summary>What every request is answered with from now on.</summary>
    public EmulatedAnswer Says
    {
        set => Vendor.Instead = _ => value;
    }

    public static async Task<ReplayBench> OpenAsync(string provider, DateTimeOffset now)
    {
        var bench = new ReplayBench(provider, now);
        await bench.Vendor.StartAsync();
        bench.Provider = bench.NewProvider();
        return bench;
    }

    /// <summary>The bars of a symbol, or what is wrong with the request or with it.</summary>
    public async Task<(IReadOnlyList<RawBar>? Bars, ProviderError? Error)> BarsAsync(string symbol, Interval interval, DateTimeOffset from, DateTimeOffset to)
    {
        var answer = await Provider.GetBarsAsync(new BarsRequest([symbol], interval, from, to), default);
        return answer.IsSuccess ? (answer.Value[symbol].Value, answer.Value[symbol].Error) : (null, answer.Error);
    }

    public async Task<(IReadOnlyList<CorporateAction>? Actions, ProviderError? Error)> ActionsAsync(string symbol, DateOnly from, DateOnly to)
    {
        var answer = await Provider.GetCorporateActionsAsync([symbol], from, to, default);
        return answer.IsSuccess ? (answer.Value[symbol].Value, answer.Value[symbol].Error) : (null, answer.Error);
    }

    public async Task<(Quote? Quote, ProviderError? Error)> QuoteAsync(string symbol)
    {
        var answer = await ((IQuoteProvider)Provider).GetQuotesAsync([symbol], default);
        return answer.IsSuccess ? (answer.Value[symbol].Value, answer.Value[symbol].Error) : (null, answer.Error);
    }

    public async ValueTask DisposeAsync()
    {
        (Provider as IDisposable)?.Dispose();
        await Vendor.DisposeAsync();
        _metrics.Dispose();
    }

    private IMarketDataProvider NewProvider() => Name switch
    {
        TwelveDataProvider.ProviderName => new TwelveDataProvider(new TwelveDataOptions { BaseAddress = Vendor.Address }, _keys, Clock, _metrics),
        AlphaVantageProvider.ProviderName => new AlphaVantageProvider(new AlphaVantageOptions { BaseAddress = Vendor.Address }, _keys, Clock, _metrics),
        FinnhubProvider.ProviderName => new FinnhubProvider(new FinnhubOptions { BaseAddress = Vendor.Address }, _keys, Clock, _metrics),
        FmpProvider.ProviderName => new FmpProvider(new FmpOptions { BaseAddress = Vendor.Address }, _keys, Clock, _metrics),
        YahooProvider.ProviderName => new YahooProvider(
            new YahooOptions { BaseAddress = Vendor.Address, CookieAddress = new Uri(Vendor.Address, "cookie"), MinimumGap = TimeSpan.Zero }, _keys, Clock, _metrics),
        _ => throw new ArgumentOutOfRangeException(nameof(Name), Name, "No such provider."),
    };
}
