using StocksDapr.Collector.Collection;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Tests.Runs;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Tests.Schedules;

/// <summary>How long runs wait for budgets that are spent, and when they ask somebody else instead.</summary>
public sealed class BudgetWaitTests : IDisposable
{
    private static readonly ProviderError Down = new(ProviderErrorKind.Unavailable, "The provider answered 503.");

    private readonly RunHouse _house = new(12, [new SeriesPlan(Interval.OneDay, Years: 2)], vendors: ["twelvedata", "fmp", "yahoo"]);

    public void Dispose() => _house.Dispose();

    [Fact]
    public async Task Budget_that_comes_back_soon_is_waited_for()
    {
        var limits = 10;
        _house.Provider.Fails = _ => limits-- > 0 ? Limited(TimeSpan.FromMinutes(1)) : null;

        await _house.CollectAsync();

        Sources().Should().Equal("twelvedata");
        Asked().Should().Equal(11, 0, 0);
    }

    [Fact]
    public async Task Budget_that_is_spent_for_the_day_sends_to_the_next_one()
    {
        _house.Provider.Fails = _ => Limited(TimeSpan.FromHours(7));

        await _house.CollectAsync();

        Sources().Should().Equal("fmp");
        Asked().Should().Equal(1, 1, 0);
    }

    [Fact]
    public async Task When_all_budgets_are_spent_a_slot_ends_and_a_later_one_gets_it()
    {
        foreach (var provider in _house.Providers)
            provider.Fails = _ => _house.Time.GetUtcNow() < RunHouse.Noon.AddHours(7) ? Limited(RunHouse.Noon.AddHours(7) - _house.Time.GetUtcNow()) : null;

        await _house.CollectAsync();
        (_house.Time.GetUtcNow() - RunHouse.Noon).Should().BeLessThan(TimeSpan.FromMinutes(1), "others are not to wait behind it");
        _house.Time.Advance(TimeSpan.FromHours(3));
        await _house.CollectAsync();
        Asked().Should().Equal([1, 1, 1], "they have said when to come again");
        _house.Time.Advance(TimeSpan.FromHours(5));
        await _house.CollectAsync();

        _house.ShouldHaveStoredEverything();
    }

    [Fact]
    public async Task A_backfill_waits_for_days_rather_than_give_up()
    {
        var order = await Backfills.Orders.ReadAsync(_house, $$"""{"symbols":["{{_house.Market.Companies[0].Symbol}}"],"interval":"1d","from":"2026-01-02","to":"2026-11-19"}""");
        foreach (var provider in _house.Providers.Skip(1))
            provider.Fails = _ => Down;
        var days = 3;
        _house.Provider.Fails = _ => days-- > 0 ? Limited(TimeSpan.FromHours(20)) : null;

        await _house.Stage.RunAsync(new Collector.Backfills.RunBackfill(), "backfill-1", order);

        _house.EndedSteps.Single().Outcome.Should().Be(StepOutcome.Completed);
        _house.Store.Batches.Should().OnlyContain(batch => batch.Provenance.Provider == "twelvedata");
        (_house.Time.GetUtcNow() - RunHouse.Noon).Should().BeGreaterThan(TimeSpan.FromHours(59));
    }

    [Fact]
    public async Task Budget_that_comes_back_again_and_again_without_paying_is_not_waited_for_while_somebody_else_can_be_asked()
    {
        _house.Provider.Fails = _ => Limited(TimeSpan.FromMinutes(10));

        await _house.CollectAsync();

        Asked().Should().Equal(2, 1, 0);
        (_house.Time.GetUtcNow() - RunHouse.Noon).Should().BeLessThan(_house.Options.LongestHold);
    }

    [Fact]
    public async Task Slot_does_not_wait_longer_than_the_next_one_takes_to_come_though_nobody_else_can_be_asked()
    {
        foreach (var provider in _house.Providers)
            provider.Fails = _ => _house.Time.GetUtcNow() < RunHouse.Noon.AddHours(1) ? Limited(TimeSpan.FromHours(1)) : null;

        await _house.CollectAsync();

        (_house.Time.GetUtcNow() - RunHouse.Noon).Should().BeLessThan(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Slot_ends_some_day_though_a_budget_is_always_said_to_be_back_soon()
    {
        foreach (var provider in _house.Providers)
        {
            var limits = 100;
            provider.Fails = _ => limits-- > 0 ? Limited(TimeSpan.FromMinutes(10)) : null;
        }

        await _house.CollectAsync();

        _house.End.Outcome.Should().Be(RunOutcome.Failed);
        (_house.Time.GetUtcNow() - RunHouse.Noon).Should().BeLessThan(TimeSpan.FromHours(7));
    }

    private static ProviderError Limited(TimeSpan wait) => new(ProviderErrorKind.RateLimited, "The budget is spent.", wait);

    private IEnumerable<int> Asked() => _house.Providers.Select(provider => provider.Requests.Count);

    private IEnumerable<string> Sources() => _house.Store.Batches.Select(batch => batch.Provenance.Provider).Distinct();
}
