using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using StocksDapr.Collector.Collection;
using StocksDapr.Collector.CrossChecks;
using StocksDapr.Collector.EndOfDay;
using StocksDapr.Collector.Schedules;
using StocksDapr.Collector.Tests.Runs;
using StocksDapr.Collector.Tracking;
using StocksDapr.Market;
using StocksDapr.Support;

namespace StocksDapr.Collector.Tests.Schedules;

public sealed class ScheduleWorkerTests : IDisposable
{
    private readonly RunHouse _house = new(symbols: 2);
    private readonly FakeWorkflows _workflows = new();
    private readonly CollectorMetrics _metrics = new();
    private readonly List<ScheduleWorker> _workers = [];

    public void Dispose()
    {
        _workers.ForEach(worker => worker.Dispose());
        _metrics.Dispose();
        _house.Dispose();
    }

    [Fact]
    public async Task Ids_say_what_is_due()
    {
        var worker = await LookedAsync();

        _workflows.Ids.Should().Equal("reference-2026-11-20T1430Z-simulated", "collect-1d-2026-11-19-simulated", "collect-15min-2026-11-20T1645Z-simulated");
        _workflows.Ids.Should().OnlyContain(id => id.Length <= 64 && id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-' || letter == '_'));
        _house.Time.SetUtcNow(DateTimeOffset.Parse("2026-11-20T17:15:00Z"));
        await worker.LookAsync(default);
        _workflows.Ids.Last().Should().Be("collect-15min-2026-11-20T1700Z-simulated");
    }

    [Fact]
    public async Task Look_that_finds_nothing_new_schedules_nothing()
    {
        var worker = await LookedAsync();
        await worker.LookAsync(default);
        _workflows.EndAll();
        await _house.CollectAsync();
        await worker.LookAsync(default);

        _workflows.Scheduled.Should().HaveCount(4, "the session of the day before is closed once what is due is collected");
    }

    [Fact]
    public async Task Two_replicas_schedule_each_run_once_with_tickets_of_their_own()
    {
        await LookedAsync();
        var scheduled = _workflows.Scheduled.Count;

        await LookedAsync();

        _workflows.Scheduled.Should().HaveCount(scheduled);
        _workflows.Scheduled.Select(run => run.Input).OfType<SlotInput>().Select(slot => slot.Ticket).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task End_of_day_waits_for_its_time_and_for_what_is_due()
    {
        _house.Time.SetUtcNow(DateTimeOffset.Parse("2026-11-20T21:29:59Z"));
        var worker = await LookedAsync();
        _workflows.EndAll();
        await _house.CollectAsync();
        await worker.LookAsync(default);
        _workflows.Ids.Where(id => id.StartsWith("end")).Should().Equal("end-of-day-2026-11-19");

        _house.Time.SetUtcNow(DateTimeOffset.Parse("2026-11-20T21:30:00Z"));
        await worker.LookAsync(default);
        _workflows.Ids.Where(id => id.StartsWith("end")).Should().NotContain("end-of-day-2026-11-20", "the one before is still under way");
        _workflows.EndAll();
        await worker.LookAsync(default);
        var close = (CloseInput)_workflows.Scheduled.Single(run => run.Id == "end-of-day-2026-11-20").Input;
        (close.Session, close.DueAt).Should().Be((new DateOnly(2026, 11, 20), DateTimeOffset.Parse("2026-11-20T21:30:00Z")));
    }

    [Fact]
    public async Task Session_that_closes_early_is_due_early()
    {
        _house.Time.SetUtcNow(DateTimeOffset.Parse("2026-11-27T18:30:00Z"));
        var worker = await LookedAsync();
        _workflows.EndAll();
        await _house.CollectAsync();

        await worker.LookAsync(default);

        ((CloseInput)_workflows.Scheduled.Single(run => run.Id == "end-of-day-2026-11-27").Input).DueAt.Should().Be(DateTimeOffset.Parse("2026-11-27T18:30:00Z"));
    }

    [Fact]
    public async Task What_is_missing_though_its_slot_was_collected_is_collected_again()
    {
        _house.Time.SetUtcNow(DateTimeOffset.Parse("2026-11-21T12:00:00Z"));
        var worker = await LookedAsync();
        await _house.CollectAsync();
        _workflows.EndAll();
        await worker.LookAsync(default);
        _house.Store.Stored(_house.Market.Companies[0].Symbol, Interval.OneDay).Clear();

        await worker.LookAsync(default);
        _workflows.Ids.Where(id => id.StartsWith("collect")).Should().HaveCount(2, "it is looked for from time to time");
        foreach (var replica in (ScheduleWorker[])[worker, await LookedAsync(), worker])
        {
            _house.Time.Advance(_house.Options.HealEvery);
            await replica.LookAsync(default);
        }

        Again().Should().Equal(["collect-1d-2026-11-20-simulated-again-1"], "another replica does not ask for what is being got");
        _workflows.EndAll();
        _house.Time.Advance(_house.Options.HealEvery);
        await worker.LookAsync(default);
        Again().Should().HaveCount(2).And.EndWith("collect-1d-2026-11-20-simulated-again-2");

        IEnumerable<string> Again() => _workflows.Ids.Where(id => id.Contains("-again-"));
    }

    [Fact]
    public async Task Service_keeps_trying_while_the_task_hub_does_not_answer()
    {
        _workflows.IsDown = true;
        var worker = Worker(_house);
        await worker.StartAsync(default);
        await Eventually.BeTrueAsync(() =>
        {
            _house.Time.Advance(TimeSpan.FromSeconds(1));
            return _workflows.Asked >= 3;
        });
        _workflows.IsDown = false;

        await Eventually.BeTrueAsync(() =>
        {
            _house.Time.Advance(TimeSpan.FromSeconds(1));
            return _workflows.Scheduled.Count >= 3;
        });
        await worker.StopAsync(default);
    }

    [Fact]
    public async Task Slot_that_waits_for_a_budget_is_not_overtaken_by_the_next_one()
    {
        using var house = new RunHouse(symbols: 2, vendors: ["twelvedata", "fmp"]);
        var worker = Worker(house);
        await LookAsync(worker, house);
        house.Time.SetUtcNow(DateTimeOffset.Parse("2026-11-20T17:15:00Z"));
        await LookAsync(worker, house);
        Slots().Should().Equal("collect-15min-2026-11-20T1645Z-us-stocks");

        _workflows.EndAll();
        await LookAsync(worker, house);
        Slots().Should().Equal("collect-15min-2026-11-20T1645Z-us-stocks", "collect-15min-2026-11-20T1700Z-us-stocks");

        IEnumerable<string> Slots() => _workflows.Ids.Where(id => id.StartsWith("collect-15min"));
    }

    [Fact]
    public async Task History_of_a_newly_tracked_symbol_is_asked_for_once()
    {
        using var house = new RunHouse(symbols: 2, series: [new SeriesPlan(Interval.OneDay, Years: 2)], vendors: ["twelvedata"]);
        var (first, second) = (house.Tracked.Symbols[0], house.Tracked.Symbols[1]);
        house.Tracked.Symbols.Clear();
        var worker = Worker(house);
        await TrackAsync(first);
        _workflows.Ids.Should().Equal(["reference-2026-11-20T1430Z-us-stocks", "collect-1d-2026-11-19-us-stocks"], "the slot that the first symbol makes due has its history in it");

        await TrackAsync(second);
        var track = Slots.Track("us-stocks", Interval.OneDay, second.Symbol, RunHouse.Noon);
        _workflows.Ids.Skip(2).Should().Equal(track, Slots.TrackReference("us-stocks", second.Symbol, RunHouse.Noon));

        // What is missing beside it is looked for when it is there.
        _workflows.Become("collect-1d-2026-11-19-us-stocks", Dapr.Workflow.WorkflowRuntimeStatus.Completed);
        house.Time.Advance(house.Options.HealEvery);
        await LookAsync(worker, house);
        _workflows.Ids.Should().NotContain(id => id.Contains("again"));
        _workflows.Become(track, Dapr.Workflow.WorkflowRuntimeStatus.Completed);
        await LookAsync(worker, house);
        _workflows.Ids.Should().Contain(id => id.Contains("again"));

        Task TrackAsync(TrackedSymbol symbol)
        {
            house.Tracked.Symbols.Add(symbol);
            worker.Collect(new FreshSymbol(symbol.Symbol, [Interval.OneDay], RunHouse.Noon));
            return LookAsync(worker, house);
        }
    }

    [Fact]
    public async Task Closed_session_is_compared_with_a_second_provider_where_there_is_one()
    {
        using var house = new RunHouse(symbols: 2, vendors: ["twelvedata", "fmp"]);
        var worker = Worker(house);
        await LookAsync(worker, house);
        _workflows.EndAll();
        await house.CollectAsync();
        await LookAsync(worker, house);
        await LookAsync(worker, house);
        _workflows.Ids.Should().Contain("end-of-day-2026-11-19").And.NotContain(id => id.StartsWith("cross-check"), "it is not closed yet");
        _workflows.EndAll();

        await LookAsync(worker, house);

        _workflows.Ids.Last().Should().Be("cross-check-2026-11-19-us-stocks");
    }

    private async Task LookAsync(ScheduleWorker worker, RunHouse house)
    {
        var look = worker.LookAsync(default);
        while (!look.IsCompleted)
        {
            if (house.Time.PendingTimers > 0)
                house.Time.Advance(TimeSpan.FromMilliseconds(10));
            foreach (var id in _workflows.Ids.Where(id => id.StartsWith("reference")))
                _workflows.Become(id, Dapr.Workflow.WorkflowRuntimeStatus.Completed);
            await Task.Yield();
        }

        await look;
    }

    private async Task<ScheduleWorker> LookedAsync()
    {
        var worker = Worker(_house);
        await LookAsync(worker, _house);
        return worker;
    }

    private ScheduleWorker Worker(RunHouse house)
    {
        var worker = new ScheduleWorker(
            [house.Due], _workflows, ExchangeCalendar.UsEquities, Options.Create(house.Options), Options.Create(new EndOfDayOptions()), Options.Create(new CrossCheckOptions()), house.Time, _metrics,
            NullLogger<ScheduleWorker>.Instance);
        _workers.Add(worker);
        return worker;
    }
}
