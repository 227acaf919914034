using Microsoft.Extensions.Logging.Abstractions;
using StocksDapr.Collector.Collection;
using StocksDapr.Collector.Providers.Simulated;
using StocksDapr.Collector.Publishing;
using StocksDapr.Contracts;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;
using StocksDapr.Support;

namespace StocksDapr.Collector.Tests.Collection;

public sealed class PlanCollectionTests : IDisposable
{
    private const int Symbols = 12;

    // A Friday at noon in New York.
    private static readonly DateTimeOffset Noon = DateTimeOffset.Parse("2026-11-20T17:05:00Z");

    private readonly CollectorMetrics _metrics = new();
    private readonly ManualTimeProvider _time = new(Noon);
    private readonly FakeStore _store = new();
    private readonly SimulatedMarket _market = new(1, Symbols);
    private readonly SimulatedFaults _faults = new();
    private readonly SimulatedProvider _provider;

    public PlanCollectionTests() =>
        _provider = new SimulatedProvider(_market, new SimulatedOptions { Faults = _faults }, _time, _metrics);

    public void Dispose()
    {
        _provider.Dispose();
        _metrics.Dispose();
    }

    [Fact]
    public async Task First_collection_fills_daily_bars_of_all_symbols_before_the_first_intraday_bar()
    {
        await Collection().RunAsync(default);

        StoredEverything();
        _store.Published[0].Topic.Should().Be(Topics.Instruments);
        _store.Batches.Select(batch => batch.Interval).Should().Equal(
            Enumerable.Repeat(Interval.OneDay, Symbols).Concat(Enumerable.Repeat(Interval.FifteenMinutes, Symbols)));
        _store.TopicsOfBars().Should().OnlyContain(lane => lane == "history");
        _store.Batches.Should().OnlyContain(batch => batch.Provenance.Provider == "simulated" && batch.Provenance.FetchedAt == Noon);
        _store.Published[^1].Topic.Should().Be(Topics.CorporateActions);
        _store.Published.Where(published => published.Message is RawBars or CorporateActions)
            .Should().OnlyContain(published => published.Key.EndsWith(".SIM"));
    }

    [Fact]
    public async Task Nothing_is_published_when_nothing_is_due()
    {
        var collection = Collection();
        await collection.RunAsync(default);
        _store.Published.Clear();
        _time.Advance(TimeSpan.FromSeconds(15));

        (await collection.RunAsync(default)).Should().Be(0);

        _store.Published.Should().BeEmpty();
    }

    [Fact]
    public async Task Bar_that_has_ended_is_published_on_the_live_lane_at_the_next_tick()
    {
        var collection = Collection();
        await collection.RunAsync(default);
        _store.Published.Clear();
        _time.SetUtcNow(DateTimeOffset.Parse("2026-11-20T17:15:00Z"));

        await collection.RunAsync(default);

        _store.TopicsOfBars().Should().HaveCount(Symbols).And.OnlyContain(lane => lane == "live");
        _store.Batches.SelectMany(batch => batch.Bars.Select(bar => bar.Start))
            .Should().HaveCount(Symbols).And.OnlyContain(start => start == DateTimeOffset.Parse("2026-11-20T17:00:00Z"));
        StoredEverything();
    }

    [Fact]
    public async Task Day_of_ticks_ends_with_every_bar_stored_and_each_published_once()
    {
        var collection = Collection(new CollectionOptions { RecheckAfterClose = TimeSpan.Zero });
        while (_time.GetUtcNow() < DateTimeOffset.Parse("2026-11-23T22:00:00Z"))
        {
            await collection.RunAsync(default);
            _time.Advance(TimeSpan.FromMinutes(5));
        }

        StoredEverything();
        _store.Batches.SelectMany(batch => batch.Bars.Select(bar => (batch.Symbol, batch.Interval, bar.Start))).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task Lost_messages_are_asked_again_after_a_while_and_not_before()
    {
        var collection = Collection();
        _store.Loses = batch => batch.Symbol == _market.Companies[2].Symbol;
        await collection.RunAsync(default);
        _store.Loses = _ => false;
        _store.Published.Clear();

        _time.Advance(TimeSpan.FromSeconds(30));
        await collection.RunAsync(default);
        _store.Batches.Should().BeEmpty();

        _time.Advance(TimeSpan.FromSeconds(31));
        await collection.RunAsync(default);
        _store.Batches.Select(batch => batch.Symbol).Distinct().Should().Equal(_market.Companies[2].Symbol);
        StoredEverything();
    }

    [Fact]
    public async Task Holes_left_by_a_former_process_are_filled_and_nothing_else_is_fetched()
    {
        await Collection().RunAsync(default);
        var holed = _market.Companies[4].Symbol;
        var stored = _store.Stored(holed, Interval.OneDay);
        var holes = stored.Skip(100).Take(3).Append(stored.Min).ToList();
        stored.ExceptWith(holes);
        _store.Published.Clear();

        await Collection(new CollectionOptions { RecheckAfterClose = TimeSpan.Zero }).RunAsync(default);

        StoredEverything();
        _store.Batches.Should().OnlyContain(batch => batch.Symbol == holed && batch.Interval == Interval.OneDay);
        _store.TopicsOfBars().Should().OnlyContain(lane => lane == "history");
    }

    [Fact]
    public async Task Bars_that_the_provider_does_not_have_are_not_asked_at_every_tick()
    {
        _faults.Gaps = 0.02;
        var collection = Collection(new CollectionOptions { RecheckAfterClose = TimeSpan.Zero });
        await collection.RunAsync(default);
        _store.Published.Clear();
        _time.Advance(TimeSpan.FromMinutes(5));
        await collection.RunAsync(default);
        await collection.RunAsync(default);
        var asked = _store.StartsAsked;

        await collection.RunAsync(default);

        _store.Batches.Where(batch => batch.Interval == Interval.OneDay).Should().BeEmpty();
        _store.StartsAsked.Should().Be(asked);
    }

    [Fact]
    public async Task Nothing_happens_while_query_cannot_be_asked()
    {
        _store.QueryIsDown = true;
        var collection = Collection();

        await FluentActions.Awaiting(() => collection.RunAsync(default)).Should().ThrowAsync<StoredBarsUnknownException>();
        _store.Batches.Should().BeEmpty("unknown is not empty");

        _store.QueryIsDown = false;
        await collection.RunAsync(default);
        StoredEverything();
    }

    [Fact]
    public async Task Two_replicas_store_what_one_stores()
    {
        await Task.WhenAll(Collection().RunAsync(default), Collection().RunAsync(default));

        StoredEverything();
    }

    [Fact]
    public async Task Session_is_fetched_once_more_some_time_after_its_close()
    {
        var collection = Collection();
        _time.SetUtcNow(DateTimeOffset.Parse("2026-11-20T21:00:00Z"));
        await collection.RunAsync(default);
        _time.SetUtcNow(DateTimeOffset.Parse("2026-11-20T21:29:59Z"));
        await collection.RunAsync(default);
        _store.Published.Clear();

        _time.SetUtcNow(DateTimeOffset.Parse("2026-11-20T21:30:00Z"));
        await collection.RunAsync(default);
        await collection.RunAsync(default);

        _store.Batches.Should().HaveCount(2 * Symbols).And.OnlyContain(batch =>
            batch.Bars.All(bar => bar.Start.UtcDateTime.Date == new DateTime(2026, 11, 20)));
        _store.TopicsOfBars().Should().OnlyContain(lane => lane == "live");
    }

    [Fact]
    public async Task Rate_limited_provider_is_left_alone_for_as_long_as_it_asks()
    {
        _faults.RateLimits = 1;
        var collection = Collection();
        await collection.RunAsync(default);
        _faults.RateLimits = 0;

        _time.Advance(TimeSpan.FromSeconds(29));
        await collection.RunAsync(default);
        _store.Published.Should().BeEmpty();

        _time.Advance(TimeSpan.FromSeconds(1));
        await collection.RunAsync(default);
        StoredEverything();
    }

    [Fact]
    public async Task Faulty_vendor_is_asked_until_everything_is_there()
    {
        _faults.RateLimits = 0.2;
        _faults.BrokenJson = 0.4;
        var collection = Collection();

        for (var i = 0; i < 60; i++)
        {
            await collection.RunAsync(default);
            _time.Advance(TimeSpan.FromSeconds(15));
        }

        _faults.RateLimits = _faults.BrokenJson = 0;
        _time.Advance(TimeSpan.FromHours(1));
        await collection.RunAsync(default);
        StoredEverything();
    }

    [Fact]
    public async Task Provider_with_small_answers_is_asked_in_parts()
    {
        var plan = new CollectionPlan(_provider, [new SeriesPlan(Interval.FiveMinutes, Sessions: 100)]);

        await Collection(plan: plan).RunAsync(default);

        _store.Batches.Should().OnlyContain(batch => batch.Bars.Count <= 2_000);
        Missing(plan).Should().BeEmpty();
    }

    [Fact]
    public async Task Publishing_waits_for_a_broker_that_refuses()
    {
        _store.Refusals = 3;
        var run = Collection().RunAsync(default);
        while (!run.IsCompleted)
        {
            await Eventually.BeTrueAsync(() => run.IsCompleted || _time.PendingTimers > 0);
            _time.Advance(TimeSpan.FromSeconds(5));
        }

        await run;
        StoredEverything();
    }

    [Fact]
    public async Task Cancellation_ends_the_wait_for_the_broker()
    {
        _store.Refusals = int.MaxValue;
        using var cancellation = new CancellationTokenSource();
        var run = Collection().RunAsync(cancellation.Token);
        await Eventually.BeTrueAsync(() => _time.PendingTimers > 0);

        await cancellation.CancelAsync();

        await FluentActions.Awaiting(() => run).Should().ThrowAsync<OperationCanceledException>();
    }

    private CollectionPlan Plan() => new(
        _provider, [new SeriesPlan(Interval.OneDay, Years: 2), new SeriesPlan(Interval.FifteenMinutes, Sessions: 10)]);

    private PlanCollection Collection(CollectionOptions? options = null, CollectionPlan? plan = null) => new(
        plan ?? Plan(),
        _store,
        ExchangeCalendar.UsEquities,
        new BarPublisher(_store, _time, _metrics, NullLogger<BarPublisher>.Instance),
        _time,
        options ?? new CollectionOptions(),
        _metrics,
        NullLogger.Instance);

    private void StoredEverything() => Missing(Plan()).Should().BeEmpty();

    /// <summary>The bars that the market has had, within the plan, and that are not stored.</summary>
    private IEnumerable<(string Symbol, DateTimeOffset Start)> Missing(CollectionPlan plan)
    {
        var now = _time.GetUtcNow();
        foreach (var series in plan.Series)
        {
            foreach (var company in _market.Companies)
            {
                var bars = new List<Bar>();
                _market.AddBars(
                    company.Symbol, series.Interval, series.FirstStart(ExchangeCalendar.UsEquities, now, company.ListedOn)!.Value, now, now, bars);
                foreach (var start in bars.Select(bar => bar.Start).Except(_store.Stored(company.Symbol, series.Interval)))
                    yield return (company.Symbol, start);
            }
        }
    }
}
