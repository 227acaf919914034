using System.Collections.Concurrent;
using Dapr;
using Dapr.Workflow.Abstractions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using StocksDapr.Collector.Collection;
using StocksDapr.Collector.CrossChecks;
using StocksDapr.Collector.EndOfDay;
using StocksDapr.Collector.Parts;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Providers.Keys;
using StocksDapr.Collector.Providers.Simulated;
using StocksDapr.Collector.Publishing;
using StocksDapr.Collector.Runs;
using StocksDapr.Collector.Schedules;
using StocksDapr.Collector.Tests.Collection;
using StocksDapr.Collector.Tests.Providers.Keys;
using StocksDapr.Collector.Tests.Tracking;
using StocksDapr.Collector.Tracking;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;
using StocksDapr.Support;

namespace StocksDapr.Collector.Tests.Runs;

/// <summary>Everything that runs are made of, with the simulated market before them and a <see cref="FakeStore"/> behind them.</summary>
internal sealed class RunHouse : IDisposable
{
    // A Friday at noon in New York.
    public static readonly DateTimeOffset Noon = DateTimeOffset.Parse("2026-11-20T17:05:00Z");

    private readonly CollectorMetrics _metrics = new();
    private readonly SimulatedProvider _provider;
    private int _executions;

    /// <param name="symbols">How many companies there are.</param>
    /// <param name="series">What is collected.</param>
    /// <param name="options">How patiently.</param>
    /// <param name="now">When it begins; <see cref="Noon"/> if not said.</param>
    /// <param name="vendors">The vendors of a real market, all of which have what the simulated one has; null for the simulated market.</param>
    public RunHouse(int symbols = 12, SeriesPlan[]? series = null, CollectionOptions? options = null, DateTimeOffset? now = null, string[]? vendors = null)
    {
        Time = new ManualTimeProvider(now ?? Noon);
        Market = new SimulatedMarket(1, symbols);
        Options = options ?? new CollectionOptions();
        _provider = new SimulatedProvider(Market, new SimulatedOptions { Faults = Faults }, Time, _metrics);
        Providers = [.. (vendors ?? [_provider.Name]).Select(name => new SpiedProvider(_provider, name))];
        series ??= [new SeriesPlan(Interval.OneDay, Years: 2), new SeriesPlan(Interval.FifteenMinutes, Sessions: 10)];
        Plan = vendors is null ? CollectionPlan.Of(Provider, series) : new CollectionPlan(Markets.UsStocks, new TrackedRoster(Tracked, Time), Providers, series);
        if (vendors is not null)
            Tracked.Symbols.AddRange(Market.Companies.Select(company => new TrackedSymbol(company.Symbol, "somebody", Markets.Intervals, false, Time.GetUtcNow())));
        NewProcess();
    }

    public ManualTimeProvider Time { get; }

    public SimulatedMarket Market { get; }

    public SimulatedFaults Faults { get; } = new();

    public IReadOnlyList<SpiedProvider> Providers { get; }

    /// <summary>The one that is asked first.</summary>
    public SpiedProvider Provider => Providers[0];

    /// <summary>What the vendors' keys can pay for.</summary>
    public FakeFunds Funds { get; } = new();

    public CollectionOptions Options { get; }

    public CrossCheckOptions CrossCheck { get; } = new();

    public CollectionPlan Plan { get; }

    public FakeStore Store { get; } = new();

    public FakeTracking Tracked { get; } = new();

    public FakeClaims Claims { get; } = new();

    /// <summary>What all replicas share.</summary>
    public SharedState State { get; } = new(_ => Task.CompletedTask, new Random(1));

    public DueBars Due { get; private set; } = null!;

    public WorkflowStage Stage { get; private set; } = null!;

    /// <summary>Forgets what a process remembers.</summary>
    public void NewProcess()
    {
        var publisher = new BarPublisher(Store, Time, _metrics, NullLogger<BarPublisher>.Instance);
        var announcer = new RunAnnouncer(publisher);
        var (calendar, host) = (ExchangeCalendar.UsEquities, new Host());
        Due = new DueBars(Plan, new Listing(Plan, calendar, publisher, Time, Options, NullLogger.Instance), new MarketSources(Plan, Funds, Time), Store, calendar, Time, Options, _metrics);
        DueBars[] schedules = [Due];
        var fetch = new PartFetch(schedules, Tracked, calendar, publisher, announcer, Time, NullLogger<PartFetch>.Instance);
        Stage = new WorkflowStage(Time, new Dictionary<string, IWorkflowActivity>
        {
            [nameof(BeginRun)] = new BeginRun(Claims, announcer, host),
            [nameof(AnnounceRun)] = new AnnounceRun(announcer, host),
            [nameof(FetchPart)] = new FetchPart(fetch, announcer, host, Time),
            [nameof(AwaitStored)] = new AwaitStored(Store, host, Time),
            [nameof(MarkUnknown)] = new MarkUnknown(Tracked, host),
            [nameof(PlanSlot)] = new PlanSlot(schedules, host),
            [nameof(FetchReferencePart)] = new FetchReferencePart(schedules, new ReferenceBook(State, Time), announcer, host),
            [nameof(PlanSession)] = new PlanSession(schedules, Store, calendar, host),
            [nameof(CheckSession)] = new CheckSession(schedules, Store, calendar, host),
            [nameof(PlanCrossCheck)] = new PlanCrossCheck(schedules, Microsoft.Extensions.Options.Options.Create(CrossCheck), host),
            [nameof(CompareSymbol)] = new CompareSymbol(
                schedules, Store, calendar, publisher, announcer, Microsoft.Extensions.Options.Options.Create(CrossCheck), _metrics, host),
        });
    }

    /// <summary>Runs the slots of all series that are due now, those of a new execution each.</summary>
    public async Task CollectAsync()
    {
        foreach (var series in Plan.Series)
            await CollectAsync(series.Interval);
    }

    public async Task<string> CollectAsync(Interval interval, string? ticket = null, string? id = null)
    {
        var newest = (await Due.NewestAsync(interval, default))!;
        var execution = ++_executions;
        return await Stage.RunAsync(
            new CollectSlot(), id ?? $"{Slots.Collect(Plan.Market, interval, newest.Start)}-{execution}",
            new SlotInput(ticket ?? $"ticket-{execution}", Plan.Market, interval, newest.Start, newest.At, PartPatience.Of(Options)));
    }

    public IReadOnlyList<RunStep> EndedSteps => [.. Store.Events.OfType<RunStep>().Where(step => step.EndedAt is not null)];

    public RunEnded End => Store.Events.OfType<RunEnded>().Last();

    public void ShouldHaveStoredEverything() => Missing(Plan).Should().BeEmpty();

    public void ShouldHaveStoredEverythingOf(Interval interval) =>
        Missing(Plan with { Series = [.. Plan.Series.Where(series => series.Interval == interval)] }).Should().BeEmpty();

    /// <summary>The bars that the market has had, within the plan, and that are not stored.</summary>
    public IEnumerable<(string Symbol, DateTimeOffset Start)> Missing(CollectionPlan plan)
    {
        var now = Time.GetUtcNow();
        foreach (var series in plan.Series)
        {
            foreach (var company in Market.Companies)
            {
                var bars = new List<Bar>();
                Market.AddBars(
                    company.Symbol, series.Interval, series.FirstStart(ExchangeCalendar.UsEquities, now, company.ListedOn)!.Value, now, now, bars);
                foreach (var start in bars.Select(bar => bar.Start).Except(Store.Stored(company.Symbol, series.Interval)))
                    yield return (company.Symbol, start);
            }
        }
    }

    public void Dispose()
    {
        Due.Dispose();
        _provider.Dispose();
        _metrics.Dispose();
    }

    internal sealed class Host : IHostApplicationLifetime
    {
        public CancellationToken ApplicationStarted => default;

        public CancellationToken ApplicationStopping => default;

        public CancellationToken ApplicationStopped => default;

        public void StopApplication()
        {
        }
    }

    internal sealed class FakeClaims : IRunClaims
    {
        private readonly ConcurrentDictionary<string, string> _tickets = new();

        public bool IsDown { get; set; }

        public Task<bool> TryClaimAsync(string runId, string ticket, CancellationToken cancellationToken) =>
            IsDown ? throw new DaprException("The state store is away.") : Task.FromResult(_tickets.GetOrAdd(runId, ticket) == ticket);
    }

    internal sealed class FakeFunds : IProviderFunds
    {
        /// <summary>The largest request by provider; those that are not in it have no limit.</summary>
        public Dictionary<string, int> Largest { get; } = [];

        public ValueTask<int> LargestRequestAsync(string provider, CancellationToken cancellationToken) => ValueTask.FromResult(Largest.GetValueOrDefault(provider, int.MaxValue));
    }

    /// <summary>The simulated provider, with its requests counted and its answers changed as a test likes.</summary>
    internal sealed class SpiedProvider(SimulatedProvider provider, string name) : IMarketDataProvider
    {
        public string Name => name;

        public ProviderCapabilities Capabilities { get; set; } = provider.Capabilities;

        public List<BarsRequest> Requests { get; } = [];

        /// <summary>A failure for a request as a whole; null for none.</summary>
        public Func<BarsRequest, ProviderError?> Fails { get; set; } = _ => null;

        /// <summary>A failure for one symbol; null for none.</summary>
        public Func<string, ProviderError?> FailsFor { get; set; } = _ => null;

        /// <summary>Changes the bars of a symbol.</summary>
        public Func<BarsRequest, string, IReadOnlyList<RawBar>, IReadOnlyList<RawBar>> Edits { get; set; } = (_, _, bars) => bars;

        public int CreditsFor(BarsRequest request) => provider.CreditsFor(request);

        public Task<ProviderAnswer<IReadOnlyList<ListedInstrument>>> GetInstrumentsAsync(CancellationToken cancellationToken) =>
            provider.GetInstrumentsAsync(cancellationToken);

        public async Task<ProviderAnswer<IReadOnlyDictionary<string, SymbolAnswer<IReadOnlyList<RawBar>>>>> GetBarsAsync(
            BarsRequest request, CancellationToken cancellationToken)
        {
            Requests.Add(request);
            var answer = await provider.GetBarsAsync(request, cancellationToken);
            if (Fails(request) is { } error)
                return answer with { Value = null, Error = error };
            return answer.Value is null ? answer : answer with
            {
                Value = answer.Value.ToDictionary(
                    symbol => symbol.Key, symbol => FailsFor(symbol.Key) is { } failure ? new SymbolAnswer<IReadOnlyList<RawBar>>(null, failure)
                        : symbol.Value.Value is { } bars ? SymbolAnswer<IReadOnlyList<RawBar>>.Of(Edits(request, symbol.Key, bars)) : symbol.Value),
            };
        }

        /// <summary>Of whom splits and dividends were asked.</summary>
        public List<string> ActionsAsked { get; } = [];

        /// <summary>A failure for a request for splits and dividends; null for none.</summary>
        public Func<string, ProviderError?> RefusesActions { get; set; } = _ => null;

        public async Task<ProviderAnswer<IReadOnlyDictionary<string, SymbolAnswer<IReadOnlyList<CorporateAction>>>>> GetCorporateActionsAsync(
            IReadOnlyList<string> symbols, DateOnly from, DateOnly to, CancellationToken cancellationToken)
        {
            ActionsAsked.AddRange(symbols);
            var answer = await provider.GetCorporateActionsAsync(symbols, from, to, cancellationToken);
            return RefusesActions(symbols[0]) is { } error ? answer with { Value = null, Error = error } : answer;
        }
    }
}
