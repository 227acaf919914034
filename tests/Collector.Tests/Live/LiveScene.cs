using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using StocksDapr.Collector.Collection;
using StocksDapr.Collector.Live;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Providers.Keys;
using StocksDapr.Collector.Publishing;
using StocksDapr.Contracts;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;
using StocksDapr.Support;

namespace StocksDapr.Collector.Tests.Live;

/// <summary>A stream, what is wanted of it, and where its bars go, by a clock that the test moves.</summary>
internal sealed class LiveScene(DateTimeOffset now) : IDisposable
{
    private readonly LiveMetrics _metrics = new();
    private readonly CancellationTokenSource _ending = new();

    public ManualTimeProvider Time { get; } = new(now);

    public ScriptedTrades Stream { get; init; } = new();

    public Roster Tracked { get; } = new("A", "B");

    public Forming Others { get; } = new();

    public Broker Published { get; } = new();

    public LiveOptions Options { get; } = new();

    /// <summary>So many timers wait at least when nobody is at work: those of a feed, or of a replica that waits for its turn.</summary>
    public int Timers { get; init; } = 2;

    public LiveFeed Feed() => new(
        new LiveSource(Stream, Time), ExchangeCalendar.UsEquities, Options, new LiveSymbols([Plan()]), Others, Published, Time, _metrics, NullLogger.Instance);

    /// <summary>A replica of the service.</summary>
    public LiveWorker Replica(IProviderState state) => new(
        [new LiveSource(Stream, Time)], Options, new LiveSymbols([Plan()]), Others, Published, state, Time, _metrics, NullLogger<LiveWorker>.Instance);

    /// <summary>Runs a feed until the scene is over.</summary>
    public LiveFeed Run()
    {
        var feed = Feed();
        _ = feed.RunAsync(_ending.Token);
        return feed;
    }

    /// <summary>Lets the clock go on until something is so. The limit is of the scene's time, after which it stands still and the machine gets the time that it needs.</summary>
    public async Task UntilAsync(Func<bool> condition, TimeSpan within, TimeSpan? step = null)
    {
        var end = Time.GetUtcNow() + within;
        while (!condition() && Time.GetUtcNow() < end)
        {
            // What is waited for shall have begun to wait.
            await Eventually.BeTrueAsync(() => condition() || Time.PendingTimers >= Timers);
            if (!condition())
                Time.Advance(step ?? TimeSpan.FromSeconds(1));
            await Task.Delay(1);
        }

        await Eventually.BeTrueAsync(condition);
    }

    public Task ConnectedAsync(int times = 1) => UntilAsync(() => Stream.Connections.Count >= times && (Stream.Open > 0 || Stream.Refusal is not null), TimeSpan.FromMinutes(10));

    public LiveTrade Trade(string symbol = "A", double price = 10, long volume = 10) => new(symbol, Time.GetUtcNow(), price, volume);

    public void Dispose()
    {
        _ending.Cancel();
        _ending.Dispose();
        _metrics.Dispose();
    }

    private CollectionPlan Plan() => new("scripted", Tracked, [new NamedProvider(Stream.Name)], []);

    /// <summary>Says what is tracked.</summary>
    internal sealed class Roster(params string[] symbols) : IRoster
    {
        /// <summary>Null when nobody can say.</summary>
        public volatile string[]? Symbols = symbols;

        private int _asked;

        public int Asked => Volatile.Read(ref _asked);

        public string Source => "tracking";

        public bool IsLive => true;

        public Task<ProviderAnswer<IReadOnlyList<ListedInstrument>>> GetAsync(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _asked);
            return Task.FromResult(new ProviderAnswer<IReadOnlyList<ListedInstrument>>(
                "r", default, Symbols?.Select(symbol => new ListedInstrument(new Instrument(symbol, symbol))).ToList(),
                Symbols is null ? new ProviderError(ProviderErrorKind.Unavailable, "The state store is away.") : null));
        }
    }

    /// <summary>What another replica has left behind.</summary>
    internal sealed class Forming : IFormingBars
    {
        public volatile IReadOnlyList<LiveBar>? Bars = [];

        private int _asked;

        public int Asked => Volatile.Read(ref _asked);

        public Task<IReadOnlyList<LiveBar>?> GetAsync(string source, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _asked);
            return Task.FromResult(Bars);
        }
    }

    /// <summary>Keeps what is published; may be away, or slow.</summary>
    internal sealed class Broker : IMessagePublisher
    {
        private readonly ConcurrentQueue<LiveBars> _messages = new();
        private readonly ConcurrentDictionary<(string, Interval, DateTimeOffset), LiveBar> _latest = new();
        private int _attempts;

        public volatile Exception? Failure;

        /// <summary>Nothing is taken before it completes.</summary>
        public volatile TaskCompletionSource? Holding;

        public int Attempts => Volatile.Read(ref _attempts);

        public IReadOnlyList<LiveBars> Messages => [.. _messages];

        public IReadOnlyCollection<LiveBar> Latest => [.. _latest.Values];

        public LiveBar? Of(string symbol, Interval interval, DateTimeOffset start) => _latest.GetValueOrDefault((symbol, interval, start));

        public async Task PublishAsync<T>(string topic, string partitionKey, T message, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _attempts);
            topic.Should().Be(Topics.LiveBars);
            if (Holding is { } holding)
                await holding.Task.WaitAsync(cancellationToken);
            if (Failure is { } failure)
                throw failure;

            var bars = (LiveBars)(object)message!;
            bars.Bars.Count.Should().BeInRange(1, LiveBars.MaxBars);
            _messages.Enqueue(bars);
            foreach (var bar in bars.Bars)
                _latest.AddOrUpdate((bar.Symbol, bar.Interval, bar.Start), bar, (_, known) => known.UpdatedAt < bar.UpdatedAt ? bar : known);
        }
    }

    private sealed class NamedProvider(string name) : IMarketDataProvider
    {
        public string Name => name;

        public ProviderCapabilities Capabilities => throw new NotSupportedException();

        public int CreditsFor(BarsRequest request) => throw new NotSupportedException();

        public Task<ProviderAnswer<IReadOnlyList<ListedInstrument>>> GetInstrumentsAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<ProviderAnswer<IReadOnlyDictionary<string, SymbolAnswer<IReadOnlyList<RawBar>>>>> GetBarsAsync(BarsRequest request, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<ProviderAnswer<IReadOnlyDictionary<string, SymbolAnswer<IReadOnlyList<CorporateAction>>>>> GetCorporateActionsAsync(
            IReadOnlyList<string> symbols, DateOnly from, DateOnly to, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
