using StocksDapr.Collector.Collection;
using StocksDapr.Collector.Parts;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Tests.Runs;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Tests.Schedules;

public sealed class CollectSlotTests : IDisposable
{
    private const int Symbols = 12;

    private readonly RunHouse _house = new(Symbols);

    public void Dispose() => _house.Dispose();

    [Fact]
    public async Task First_slots_fill_everything_on_the_history_lane_and_tell_every_step()
    {
        await _house.CollectAsync();

        _house.ShouldHaveStoredEverything();
        _house.Store.TopicsOfBars().Should().OnlyContain(lane => lane == "history");
        _house.Store.Batches.Should().OnlyContain(batch => batch.Provenance.Provider == "simulated" && batch.Provenance.Import != null);
        _house.Store.Batches.Select(batch => batch.Provenance.Import).Should().OnlyHaveUniqueItems("each message is counted under a number of its own");
        _house.Store.Published.Where(published => published.Message is RawBars).Should().OnlyContain(published => published.Key.EndsWith(".SIM"));
        _house.Store.Events.OfType<RunStarted>().Should().HaveCount(2).And.OnlyContain(run => run.Kind == RunKinds.Collection && run.DueAt <= run.StartedAt);
        _house.Store.Events.OfType<RunEnded>().Should().HaveCount(2).And.OnlyContain(run => run.Outcome == RunOutcome.Completed);
        _house.EndedSteps.Should().OnlyContain(step => step.Outcome == StepOutcome.Completed && step.EndedAt >= step.StartedAt);
        _house.EndedSteps.Where(step => step.Part).SelectMany(step => step.Symbols!).Should().HaveCount(2 * Symbols).And.OnlyContain(symbol => symbol.Outcome == SymbolOutcome.Stored);
        _house.Store.Events.OfType<RunRequest>().Should().HaveCount(_house.Provider.Requests.Count).And.OnlyContain(request => request.Error == null);
        _house.Store.Events.OfType<RunRequest>().Sum(request => request.Credits).Should().Be(2 * Symbols);
    }

    [Fact]
    public async Task Slot_with_nothing_missing_asks_the_provider_nothing()
    {
        await _house.CollectAsync();
        _house.Provider.Requests.Clear();

        (await _house.CollectAsync(Interval.FifteenMinutes)).Should().Be("Nothing was missing.");

        _house.Provider.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task Bar_that_has_ended_travels_on_the_live_lane()
    {
        await _house.CollectAsync();
        _house.Store.Published.Clear();
        _house.Time.SetUtcNow(DateTimeOffset.Parse("2026-11-20T17:15:00Z"));

        await _house.CollectAsync();

        _house.Store.TopicsOfBars().Should().HaveCount(Symbols).And.OnlyContain(lane => lane == "live");
        _house.Store.Batches.SelectMany(batch => batch.Bars.Select(bar => bar.Start))
            .Should().HaveCount(Symbols).And.OnlyContain(start => start == DateTimeOffset.Parse("2026-11-20T17:00:00Z"));
        _house.ShouldHaveStoredEverything();
    }

    [Fact]
    public async Task Missed_slots_heal_in_the_next_one()
    {
        await _house.CollectAsync();
        _house.Store.Published.Clear();
        _house.Time.SetUtcNow(DateTimeOffset.Parse("2026-11-23T20:00:30Z"));

        await _house.CollectAsync();

        _house.ShouldHaveStoredEverything();
        _house.Store.Batches.SelectMany(batch => batch.Bars.Select(bar => (batch.Symbol, batch.Interval, bar.Start))).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task Second_execution_of_a_slot_ends_at_once_and_says_nothing()
    {
        await _house.CollectAsync(Interval.OneDay, "first", "collect-1d");
        var (requests, events) = (_house.Provider.Requests.Count, _house.Store.Events.Count);

        (await _house.CollectAsync(Interval.OneDay, "second", "collect-1d")).Should().Be("Another execution collects this slot.");

        (_house.Provider.Requests.Count, _house.Store.Events.Count).Should().Be((requests, events));
    }

    [Fact]
    public async Task Message_without_receipt_is_asked_for_again()
    {
        var lost = _house.Market.Companies[2].Symbol;
        var losses = 0;
        _house.Store.Loses = batch => batch.Symbol == lost && losses++ < 2;

        await _house.CollectAsync(Interval.OneDay);

        _house.Provider.Requests.Skip(1).Should().HaveCount(2).And.OnlyContain(request => request.Symbols.Count == 1 && request.Symbols[0] == lost);
        (_house.Time.GetUtcNow() - RunHouse.Noon).Should().BeGreaterThan(_house.Options.AskAgainAfter * 3, "the wait doubles");
        _house.Store.Batches.Where(batch => batch.Symbol == lost).Select(batch => batch.Provenance.Import!.Number).Distinct().Should().ContainSingle("its number stays, so that it counts once");
        _house.End.Outcome.Should().Be(RunOutcome.Completed);
        _house.EndedSteps.Single(step => step.Part).Outcome.Should().Be(StepOutcome.Completed);
    }

    [Fact]
    public async Task Message_that_is_never_stored_is_given_up_and_said_to_be_unconfirmed()
    {
        var lost = _house.Market.Companies[2].Symbol;
        _house.Store.Loses = batch => batch.Symbol == lost;

        await _house.CollectAsync(Interval.OneDay);

        _house.Provider.Requests.Should().HaveCount(_house.Options.Attempts);
        var part = _house.EndedSteps.Single(step => step.Part);
        part.Outcome.Should().Be(StepOutcome.Incomplete);
        part.Symbols!.Single(symbol => symbol.Outcome != SymbolOutcome.Stored).Should().BeEquivalentTo(new { Symbol = lost, Outcome = SymbolOutcome.Unconfirmed });
        _house.End.Detail.Should().Contain("lack something");
    }

    [Fact]
    public async Task Holes_left_by_a_former_process_are_filled_and_nothing_else_is_fetched()
    {
        await _house.CollectAsync();
        var holed = _house.Market.Companies[4].Symbol;
        var stored = _house.Store.Stored(holed, Interval.OneDay);
        stored.ExceptWith(stored.Skip(100).Take(3).Append(stored.Min).ToList());
        _house.Store.Published.Clear();
        _house.NewProcess();

        await _house.CollectAsync();

        _house.ShouldHaveStoredEverything();
        _house.Store.Batches.Should().OnlyContain(batch => batch.Symbol == holed && batch.Interval == Interval.OneDay);
    }

    [Fact]
    public async Task Bars_that_the_provider_does_not_have_are_not_asked_in_every_slot()
    {
        _house.Faults.Gaps = 0.02;
        await _house.CollectAsync(Interval.OneDay);
        _house.Time.Advance(TimeSpan.FromMinutes(5));
        await _house.CollectAsync(Interval.OneDay);
        _house.Provider.Requests.Clear();

        (await _house.CollectAsync(Interval.OneDay)).Should().Be("Nothing was missing.");

        _house.Provider.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task While_query_cannot_be_asked_nothing_is_collected_and_then_everything()
    {
        _house.Store.QueryFailures = 5;

        await _house.CollectAsync(Interval.OneDay);

        _house.Stage.Calls.Count(call => call == "PlanSlot").Should().Be(6);
        _house.Provider.Requests.Should().ContainSingle("unknown is not empty");
        _house.End.Outcome.Should().Be(RunOutcome.Completed);
    }

    [Fact]
    public async Task When_query_never_answers_the_run_fails_and_says_why()
    {
        _house.Store.QueryIsDown = true;

        await FluentActions.Awaiting(() => _house.CollectAsync(Interval.OneDay)).Should().ThrowAsync<Dapr.Workflow.WorkflowTaskFailedException>();

        _house.EndedSteps.Single().Should().BeEquivalentTo(new { Step = "plan-0", Outcome = StepOutcome.Failed, Detail = "Connection refused." });
        _house.End.Outcome.Should().Be(RunOutcome.Failed);
        _house.End.Detail.Should().Contain("Connection refused.");
    }

    [Fact]
    public async Task Failure_of_one_symbol_does_not_fail_the_others()
    {
        var (broken, unknown) = (_house.Market.Companies[1].Symbol, _house.Market.Companies[3].Symbol);
        _house.Provider.FailsFor = symbol => symbol == broken ? new ProviderError(ProviderErrorKind.Malformed, "Half a bar.")
            : symbol == unknown ? new ProviderError(ProviderErrorKind.UnknownSymbol, "Unknown symbol.") : null;

        await _house.CollectAsync(Interval.OneDay);

        var part = _house.EndedSteps.Single(step => step.Part);
        part.Outcome.Should().Be(StepOutcome.Incomplete);
        part.Symbols!.Where(symbol => symbol.Outcome == SymbolOutcome.Failed).Select(symbol => (symbol.Symbol, symbol.Detail))
            .Should().BeEquivalentTo([(broken, "Half a bar."), (unknown, "Unknown symbol.")]);
        part.Symbols!.Count(symbol => symbol.Outcome == SymbolOutcome.Stored).Should().Be(Symbols - 2);
        _house.Provider.Requests.Skip(1).Should().OnlyContain(request => request.Symbols.Count == 1 && request.Symbols[0] == broken, "a symbol that does not exist is not asked again");
        _house.End.Outcome.Should().Be(RunOutcome.Completed);
    }

    [Fact]
    public async Task Provider_that_limits_requests_is_left_alone_for_as_long_as_it_asks()
    {
        var limits = 7;
        _house.Provider.Fails = _ => limits-- > 0 ? new ProviderError(ProviderErrorKind.RateLimited, "Too many.", TimeSpan.FromMinutes(10)) : null;

        await _house.CollectAsync(Interval.OneDay);

        (_house.Time.GetUtcNow() - RunHouse.Noon).Should().BeGreaterThanOrEqualTo(TimeSpan.FromMinutes(70));
        _house.End.Outcome.Should().Be(RunOutcome.Completed);
        _house.Store.Events.OfType<RunRequest>().Count(request => request.Error is not null).Should().Be(7, "what was refused is counted too");
    }

    [Fact]
    public async Task Provider_that_is_down_is_asked_a_few_times_and_then_the_run_has_failed()
    {
        _house.Provider.Fails = _ => new ProviderError(ProviderErrorKind.Unavailable, "The provider answered 503.");

        await _house.CollectAsync(Interval.OneDay);

        _house.Provider.Requests.Should().HaveCount(_house.Options.Attempts);
        _house.EndedSteps.Single(step => step.Part).Symbols.Should().HaveCount(Symbols).And.OnlyContain(symbol => symbol.Detail == "The provider answered 503.");
        _house.End.Outcome.Should().Be(RunOutcome.Failed);
    }

    [Fact]
    public async Task Key_that_does_not_cover_the_data_ends_the_run()
    {
        _house.Provider.Fails = _ => new ProviderError(ProviderErrorKind.NotEntitled, "The provider answered 401.");

        await _house.CollectAsync(Interval.OneDay);

        _house.Provider.Requests.Should().ContainSingle();
        (_house.End.Outcome, _house.End.Detail).Should().Be((RunOutcome.Failed, "The provider answered 401."));
    }

    [Fact]
    public async Task Large_slot_goes_on_in_new_generations()
    {
        using var house = new RunHouse(symbols: 60, series: [new SeriesPlan(Interval.OneDay, Years: 2)]);
        house.Provider.Capabilities = house.Provider.Capabilities with { MaxSymbols = 1 };

        await house.CollectAsync(Interval.OneDay);

        house.ShouldHaveStoredEverything();
        house.Stage.Generations.Should().Be(2);
        house.Store.Batches.Select(batch => batch.Provenance.Import!.Number).Should().OnlyHaveUniqueItems();
        house.Store.Events.OfType<RunPlanned>().Max(planned => planned.Parts).Should().Be(60);
        house.EndedSteps.Where(step => step.Part).Select(step => step.Step).Should().HaveCount(60).And.OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task Provider_with_small_answers_is_asked_in_parts()
    {
        using var house = new RunHouse(symbols: 2, series: [new SeriesPlan(Interval.FiveMinutes, Sessions: 100)]);

        await house.CollectAsync(Interval.FiveMinutes);

        house.Store.Batches.Should().HaveCount(4).And.OnlyContain(batch => batch.Bars.Count <= RawBars.MaxBars);
        house.ShouldHaveStoredEverything();
    }

    [Fact]
    public async Task Activity_that_runs_twice_changes_nothing()
    {
        var calls = 0;
        _house.Stage.Before = name =>
        {
            // As when the answer to the engine is lost: what was done is done again.
            if (name == nameof(AwaitStored) && calls++ == 0)
                throw new InvalidOperationException("Lost.");
        };

        await _house.CollectAsync(Interval.OneDay);

        _house.ShouldHaveStoredEverythingOf(Interval.OneDay);
        _house.End.Outcome.Should().Be(RunOutcome.Completed);
    }

    [Fact]
    public async Task Publishing_waits_for_a_broker_that_refuses()
    {
        _house.Store.Refusals = 3;

        await _house.CollectAsync();

        _house.ShouldHaveStoredEverything();
    }

    [Fact]
    public async Task Faulty_vendor_is_asked_until_everything_is_there()
    {
        _house.Faults.RateLimits = 0.2;
        _house.Faults.BrokenJson = 0.4;
        for (var i = 0; i < 6; i++)
        {
            await _house.CollectAsync();
            _house.Time.Advance(TimeSpan.FromHours(1));
        }

        _house.ShouldHaveStoredEverything();
    }
}
